/** Ingresses without a target are told with the annotation to paste. */
import { expect, test } from "vitest";
import { here } from "../../../test/support/external-dns.ts";
import { ingressFact } from "../../../test/support/kubernetes-facts.ts";
import { judgeTargets } from "./ingress-targets.ts";

const prefix = "external-dns.alpha.kubernetes.io/";
const hosts = ["foo.dtk.io"];
const annotated = ingressFact({ name: "a", hosts, annotations: { [`${prefix}target`]: "foo.dtk.io" } });
const published = ingressFact({ name: "p", hosts, addresses: ["192.0.2.1"] });
const silent = ingressFact({ name: "s", hosts });

test("each has one", () => {
  expect(judgeTargets([annotated, published], prefix, here)).toMatchObject({
    grade: "ok",
    message: expect.stringContaining("2 Ingresses"),
  });
  expect(judgeTargets([annotated], prefix, here).message).toContain("The Ingress");
});

test("one has none", () => {
  expect(judgeTargets([annotated, silent], prefix, { place: { kubeconfig: "/k", context: undefined } })).toMatchObject({
    grade: "problem",
    code: "ingress-without-target",
    message:
      "ExternalDNS passes over the Ingress default/s: no annotation names a target, and no load balancer gave an address.",
    hint: "Name one. Any will do, since the name gets the cluster IP:",
    command: `kubectl --kubeconfig=/k -n default annotate ingress s ${prefix}target=foo.dtk.io`,
  });
});

test("one with another prefix is told elsewhere", () => {
  const other = ingressFact({ name: "o", hosts, annotations: { "external-dns.kubernetes.io/target": "foo.dtk.io" } });
  expect(judgeTargets([other], prefix, here).grade).toBe("ok");
});
