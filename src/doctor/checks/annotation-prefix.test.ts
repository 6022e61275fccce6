/** Both directions of the change of prefix are told, with the fix that breaks no other Ingress. */
import { expect, test } from "vitest";
import { chainOf, here } from "../../../test/support/external-dns.ts";
import { ingressFact } from "../../../test/support/kubernetes-facts.ts";
import { judgePrefix } from "./annotation-prefix.ts";

const [older, newer] = ["external-dns.alpha.kubernetes.io/", "external-dns.kubernetes.io/"];

function ingress(name: string, ...prefixes: readonly string[]) {
  return ingressFact({
    name,
    hosts: ["foo.dtk.io"],
    annotations: Object.fromEntries(prefixes.map((prefix) => [`${prefix}target`, "foo.dtk.io"])),
  });
}

const reads = (annotationPrefix: string | undefined) => ({ settings: { annotationPrefix } });

test("what it reads is what they have", () => {
  expect(
    judgePrefix(chainOf(reads(older)), [ingress("a", older), ingress("b", older, newer), ingress("c")], here).grade,
  ).toBe("ok");
  expect(judgePrefix(chainOf(reads(newer)), [ingress("a", newer)], here).grade).toBe("ok");
});

test("all have the other: ExternalDNS is changed", () => {
  expect(judgePrefix(chainOf(reads(newer)), [ingress("a", older), ingress("b", older)], here)).toMatchObject({
    grade: "problem",
    code: "annotation-prefix-differs",
    message: `ExternalDNS reads annotations with ${newer}, and 2 Ingresses default/a, default/b have their target with ${older}: it passes over them.`,
    hint: "Let it read the other:",
    command: expect.stringMatching(/^helm upgrade .* --set annotationPrefix=external-dns\.alpha\.kubernetes\.io\/$/),
  });
});

test("a chart without the value gets the flag", () => {
  const origin = { kind: "helm", release: "external-dns", chartVersion: "1.19.0" } as const;
  expect(judgePrefix(chainOf({ ...reads(newer), origin }), [ingress("a", older)], here)).toMatchObject({
    command: expect.stringContaining("--set extraArgs.annotation-prefix="),
  });
});

test.each([
  { case: "some have the right one", given: reads(newer), others: [ingress("b", newer)] },
  { case: "it has no such flag", given: { ...reads(newer), version: [0, 19, 0] as const }, others: [] },
])("$case: the Ingress is annotated", ({ given, others }) => {
  expect(judgePrefix(chainOf(given), [ingress("a", older), ...others], here)).toMatchObject({
    message: expect.stringContaining("the Ingress default/a has its target with"),
    hint: "Annotate with the prefix that it reads:",
    command: `kubectl -n default annotate ingress a ${newer}target=foo.dtk.io`,
  });
});

test("an Ingress that a load balancer published needs no annotation", () => {
  const published = { ...ingress("a", older), status: { loadBalancer: { ingress: [{ ip: "192.168.122.167" }] } } };
  expect(judgePrefix(chainOf(reads(newer)), [published], here).grade).toBe("ok");
});

test("an image whose version is not known cannot be judged", () => {
  expect(judgePrefix(chainOf(reads(undefined)), [ingress("a", older)], here).grade).toBe("ok");
});
