/** A certificate for other names is worth a note, which says whether it is the controller's placeholder. */
import type { PeerCertificate } from "node:tls";
import { expect, test } from "vitest";
import { judgeCertificate } from "./cluster-certificate.ts";

function certificate(CN: string, ...names: readonly string[]): PeerCertificate {
  const subjectaltname = names.map((name) => `DNS:${name}`).join(", ");
  return { subject: { CN }, subjectaltname } as unknown as PeerCertificate;
}

const name = "foo.dtk.io";

test("one that names it", () => {
  expect(judgeCertificate({ name, certificate: certificate("x", name) }).grade).toBe("ok");
  expect(judgeCertificate({ name, certificate: certificate("x", "*.dtk.io") }).grade).toBe("ok");
});

test.each([
  {
    given: certificate("Kubernetes Ingress Controller Fake Certificate", "ingress.local"),
    says: "the ingress controller's placeholder",
  },
  { given: certificate("TRAEFIK DEFAULT CERT", "abc.traefik.default"), says: "the ingress controller's placeholder" },
  { given: certificate("bar", "bar.dtk.io"), says: "for bar.dtk.io" },
])("$says", ({ given, says }) => {
  expect(judgeCertificate({ name, certificate: given })).toMatchObject({
    grade: "note",
    code: "certificate-for-others",
    message: `https://foo.dtk.io answers with a certificate that is ${says}, so browsers warn.`,
  });
});
