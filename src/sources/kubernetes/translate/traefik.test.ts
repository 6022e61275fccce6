/** The hosts of Traefik's rules are found, and those that a rule excludes are not. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { linesOf, metadata, neighboursOf } from "../../../../test/support/cluster-objects.ts";
import { traefikKinds } from "./traefik.ts";

function translate(match: string, annotations = {}, kind = traefikKinds[0]) {
  const object = { metadata: metadata("test", annotations), spec: { routes: [{ match }] } };
  const translation = kind?.translate?.(object, neighboursOf());
  if (translation === undefined) throw new Error("IngressRoutes are translated");
  return translation;
}

test.each([
  ["Host(`a.dtk.io`)", ["a.dtk.io"]],
  ["Host(`a.dtk.io`) && PathPrefix(`/x`)", ["a.dtk.io"]],
  ["Host(`a.dtk.io`) || Host(`b.dtk.io`)", ["a.dtk.io", "b.dtk.io"]],
  ["Host(`a.dtk.io`, `b.dtk.io`)", ["a.dtk.io", "b.dtk.io"]],
  ['Host ( "a.dtk.io" )', ["a.dtk.io"]],
  ["HostHeader(`a.dtk.io`)", ["a.dtk.io"]],
  ["HostSNI(`a.dtk.io`)", ["a.dtk.io"]],
  ["HostSNI(`*`)", []],
  ["Host(``)", []],
  ["HostRegexp(`.*\\.dtk\\.io`)", []],
  ["NotHost(`a.dtk.io`)", []],
  ["!Host(`a.dtk.io`) && Host(`b.dtk.io`)", ["b.dtk.io"]],
  ["PathPrefix(`/x`) && ! Host(`a.dtk.io`)", []],
  ["Host(`a,b`)", []],
  ["Host(", []],
])("%s", (match, hosts) => {
  expect(linesOf(translate(match))).toEqual(hosts);
});

test("its annotations give targets and more names", () => {
  const annotations = { hostname: "x.dtk.io", target: "192.0.2.9" };
  expect(linesOf(translate("Host(`a.dtk.io`)", annotations))).toEqual([
    "A x.dtk.io -> 192.0.2.9",
    "A a.dtk.io -> 192.0.2.9",
  ]);
});

test("both kinds in both groups", () => {
  expect(traefikKinds.map(({ resource, group }) => `${resource}.${group}`)).toEqual([
    "ingressroutes.traefik.io",
    "ingressroutetcps.traefik.io",
    "ingressroutes.traefik.containo.us",
    "ingressroutetcps.traefik.containo.us",
  ]);
  const { withoutTarget } = translate("HostSNI(`a.dtk.io`)", {}, traefikKinds[1]);
  expect(withoutTarget[0]?.labels).toEqual({ resource: "ingressroutetcp/default/test" });
});

test("a rule of any length is read in time that grows with it alone", () => {
  fc.assert(
    fc.property(fc.constantFrom("Host(", "!", "! ", "Host(`", "Host ", "`,"), (part) => {
      expect(linesOf(translate(part.repeat(20_000)))).toEqual([]);
    }),
    { numRuns: 6 },
  );
});
