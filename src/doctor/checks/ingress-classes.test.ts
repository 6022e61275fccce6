/** An Ingress whose class is not there is served by nobody. */
import { expect, test } from "vitest";
import { here } from "../../../test/support/external-dns.ts";
import { ingressFact } from "../../../test/support/kubernetes-facts.ts";
import { judgeClasses } from "./ingress-classes.ts";

function ingress(name: string, ingressClassName?: string) {
  const fact = ingressFact({ name, hosts: ["foo.dtk.io"] });
  return { ...fact, spec: { ...fact.spec, ...(ingressClassName !== undefined && { ingressClassName }) } };
}

test("classes that are there, or none is named", () => {
  expect(judgeClasses([ingress("a", "nginx"), ingress("b")], ["nginx"], here).grade).toBe("ok");
  expect(judgeClasses([ingress("b")], [], here).grade).toBe("ok");
});

test("another class is there", () => {
  expect(judgeClasses([ingress("a", "nginx"), ingress("b", "nginx")], ["traefik"], here)).toMatchObject({
    grade: "warning",
    code: "ingress-class-unknown",
    message: "Nobody serves default/a, default/b: the class nginx is not there, the cluster has traefik.",
    hint: "Name a class that is there:",
    command: `kubectl -n default patch ingress a --type=merge -p '{"spec":{"ingressClassName":"traefik"}}'`,
  });
});

test("no controller at all", () => {
  expect(judgeClasses([ingress("a", "nginx")], [], here)).toMatchObject({
    message: expect.stringContaining("no ingress controller is installed"),
    hint: expect.stringMatching(/^Install an ingress controller .*:$/),
    command: "kubectl get ingressclass",
  });
});
