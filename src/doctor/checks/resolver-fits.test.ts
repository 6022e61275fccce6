/** Every change of the resolver after it was told. */
import { expect, test } from "vitest";
import { resolvedOf, resolverFactsOf } from "../../../test/support/resolver-parts.ts";
import { resolverOf } from "../../../test/support/status.ts";
import { delegate } from "../../platform/resolver/delegate.ts";
import type { ResolvedFacts, ResolverFacts } from "../../platform/resolver/facts.ts";
import { global } from "../../platform/resolver/global.ts";
import { judgeClaimsOf, judgeManaged, judgeWay } from "./resolver-fits.ts";

function factsOf(resolved: Partial<ResolvedFacts> | undefined): ResolverFacts {
  return resolverFactsOf({ mayTell: false, resolved: resolved && resolvedOf(resolved) });
}

const told = resolverOf();

test.each([
  ["nothing changed", delegate, {}, told, []],
  ["it is older by now", delegate, { version: 257 }, told, ["resolver-way-impossible"]],
  ["it does not run", delegate, undefined, told, ["resolver-way-impossible"]],
  ["programs ask others", delegate, { isAsked: false }, told, ["resolver-way-impossible"]],
  ["it checks DNSSEC", delegate, { isValidating: true }, told, ["resolver-checks-dnssec"]],
  ["it checks it, and the domains are exempt", delegate, { isValidating: true }, { ...told, unsigned: true }, []],
  ["it has other servers for everything", global, { globalServers: ["192.0.2.1"] }, told, ["resolver-global-shared"]],
])("%s", (_, way, resolved, says, codes) => {
  const found = judgeWay({ told: says, way, facts: factsOf(resolved) });
  expect(found.map((finding) => (finding.grade === "ok" ? "ok" : finding.code))).toEqual(codes);
});

const claims =
  "Global:\nLink 2 (eth0): ~corp.example\nLink 5 (tun0): ~dtk.io corp.example\nLink 9 (hostsfile0): ~dtk.io\n";

test("another link with our domain, which keeps its others", () => {
  expect(judgeClaimsOf(claims, ["dtk.io"], false)).toMatchObject([
    { grade: "warning", code: "resolver-domain-contested", command: "sudo resolvectl domain tun0 corp.example" },
  ]);
  expect(judgeClaimsOf("Link 5 (tun0): ~apps.dtk.io\n", ["dtk.io"], false)).toMatchObject([
    { grade: "problem", command: "sudo resolvectl domain tun0 ''" },
  ]);
  expect(judgeClaimsOf("Link 5 (tun0): ~io ~. evildtk.io\n", ["dtk.io"], false)).toEqual([]);
});

test("a setting for the whole machine, unless it is ours", () => {
  expect(judgeClaimsOf("Global: ~dtk.io\n", ["dtk.io"], false)).toMatchObject([{ code: "resolver-domain-contested" }]);
  expect(judgeClaimsOf("Global: ~dtk.io\n", ["dtk.io"], true)).toEqual([]);
});

test("NetworkManager that has taken the link over", () => {
  expect(judgeManaged("eth0:connected\nhostsfile0:connected (externally)\n")).toMatchObject([
    { code: "resolver-link-managed", message: expect.stringContaining("(connected (externally))") },
  ]);
  expect(judgeManaged("hostsfile0:unmanaged\n")).toEqual([]);
  expect(judgeManaged("eth0:connected\n")).toEqual([]);
});
