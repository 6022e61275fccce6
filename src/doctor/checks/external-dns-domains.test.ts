/** A domain is missed by ExternalDNS's own filter or for want of a restart, and each has its own fix. */
import { expect, test } from "vitest";
import { chainOf, here } from "../../../test/support/external-dns.ts";
import { judgeDomains } from "./external-dns-domains.ts";

test.each([
  { domainFilters: [], excludedDomains: [], isSeen: true },
  { domainFilters: ["dtk.io"], excludedDomains: [], isSeen: true },
  { domainFilters: ["DTK.io."], excludedDomains: [], isSeen: true },
  { domainFilters: ["io"], excludedDomains: [], isSeen: true },
  { domainFilters: ["other.io", "dtk.io"], excludedDomains: [], isSeen: true },
  { domainFilters: ["other.io"], excludedDomains: [], isSeen: false },
  { domainFilters: ["evildtk.io"], excludedDomains: [], isSeen: false },
  { domainFilters: ["k.io"], excludedDomains: [], isSeen: false },
  { domainFilters: ["foo.dtk.io"], excludedDomains: [], isSeen: false },
  { domainFilters: [], excludedDomains: ["dtk.io"], isSeen: false },
  { domainFilters: [], excludedDomains: ["foo.dtk.io"], isSeen: true },
])("$domainFilters without $excludedDomains: $isSeen", ({ domainFilters, excludedDomains, isSeen }) => {
  const [finding] = judgeDomains(chainOf({ settings: { domainFilters, excludedDomains } }), here);
  expect(finding?.grade).toBe(isSeen ? "ok" : "problem");
  if (!isSeen)
    expect(finding).toMatchObject({ code: "domain-filtered-out", command: expect.stringMatching(/=\[\]'?$/) });
});

const unseen = {
  negotiation: { at: "2026-01-01T00:00:00Z", include: ["dtk.io"], unseen: ["more.io"] },
  domains: ["dtk.io", "more.io"],
};

test("a domain that came after its start", () => {
  expect(judgeDomains(chainOf({ cluster: unseen }), here)).toMatchObject([
    {
      code: "restart-external-dns",
      hint: "Start it again:",
      command: "kubectl -n external-dns rollout restart deployment external-dns",
      fix: { commands: [["kubectl", "-n", "external-dns", "rollout", "restart", "deployment", "external-dns"]] },
    },
  ]);
});

test("a domain that is filtered out is not said to need a restart", () => {
  const findings = judgeDomains(chainOf({ cluster: unseen, settings: { domainFilters: ["dtk.io"] } }), here);
  expect(findings).toMatchObject([{ code: "domain-filtered-out", message: expect.stringContaining("more.io") }]);
});
