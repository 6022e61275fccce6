/** Does the certificate where names lead name them? Otherwise a browser warns, which looks like a fault of the name. */
import { type PeerCertificate, checkServerIdentity, connect } from "node:tls";
import { type Check, type Finding, ok } from "../check.ts";

export const clusterCertificate: Check = {
  id: "cluster-certificate",
  title: "The certificate is for the names",
  needs: ["server-answers", "cluster-listens"],
  run: async ({ status }) => {
    const names = (await status())?.names.list ?? [];
    const firsts = [...new Map(names.map((name) => [name.cluster, name])).values()];
    const looks = firsts.flatMap(({ name, addresses: [address] }) =>
      address === undefined ? [] : [lookAtCertificate(name, address)],
    );
    const findings = (await Promise.all(looks)).flatMap((seen) => (seen === undefined ? [] : [judgeCertificate(seen)]));
    return findings.length > 0 ? findings : [ok("No name is shown that answers by HTTPS.")];
  },
};

interface Seen {
  readonly name: string;
  readonly certificate: PeerCertificate;
}

/** Milliseconds. */
const patience = 1000;

/** Says that it wants the name, as a browser does (RFC 6066 section 3); undefined when there is no TLS. */
export async function lookAtCertificate(name: string, address: string): Promise<Seen | undefined> {
  const { promise, resolve } = Promise.withResolvers<Seen | undefined>();
  const socket = connect({ host: address, port: 443, servername: name, rejectUnauthorized: false, timeout: patience });
  socket.on("secureConnect", () => resolve({ name, certificate: socket.getPeerCertificate() }));
  socket.on("timeout", () => resolve(undefined));
  socket.on("error", () => resolve(undefined));
  return promise.finally(() => socket.destroy());
}

/** What ingress controllers show until they are given a certificate (ingress-nginx, Traefik). */
const placeholder = /fake certificate|default cert/i;

/** Judges by the names in it (RFC 6125). */
export function judgeCertificate({ name, certificate }: Seen): Finding {
  const subject = [certificate.subject.CN].flat().join(", ");
  if (checkServerIdentity(name, certificate) === undefined) return ok(`The certificate is for ${name}.`);
  const [what, hint] = placeholder.test(subject)
    ? [
        "the ingress controller's placeholder",
        "Give the Ingress a certificate under tls, for example from mkcert or cert-manager.",
      ]
    : [
        `for ${certificate.subjectaltname?.replaceAll("DNS:", "") ?? subject}`,
        "Give the Ingress a certificate that names it, under tls.",
      ];
  const message = `https://${name} answers with a certificate that is ${what}, so browsers warn.`;
  return { grade: "note", code: "certificate-for-others", message, hint };
}
