/** What dtk says of a cluster's DNS: what would change, what was changed, and what is left to do. */
import { describe, expect, test } from "vitest";
import { customPlace, mainPlace } from "../../dtk/cluster-dns/config-maps.ts";
import type { ClusterDNSPlan, DNSChange } from "../../dtk/cluster-dns/plan.ts";
import { parseManagedDomain } from "../../records/managed-domain.ts";
import { type TaughtFacts, describeChanges, renderDNSDiff, renderTaught } from "./dns-words.ts";

const domains = ["dtk.io", "my.io"].map((text) => parseManagedDomain(text) ?? expect.fail());
const told: TaughtFacts = { domains, responder: "192.168.122.1:5391", firewall: [] };
const gone: TaughtFacts = { domains: [], responder: null, firewall: [] };

const inMain: DNSChange = { place: mainPlace, before: ".:53 {\n}\n", after: "dtk.io:53 {\n}\n.:53 {\n}\n" };
const inCustom: DNSChange = { place: customPlace, before: undefined, after: "dtk.io:53 {\n}\n" };

function planOf(part: Partial<ClusterDNSPlan> = {}): ClusterDNSPlan {
  return { place: mainPlace, changes: [inMain], reloads: true, ...part };
}

describe("what would change", () => {
  test("is named by key and ConfigMap, all of it", () => {
    expect(describeChanges(planOf({ changes: [inMain, inCustom] }))).toBe(
      "the key Corefile of the ConfigMap coredns, the key hostsfile-server.server of the ConfigMap coredns-custom",
    );
    expect(describeChanges(planOf({ changes: [] }))).toBe("");
  });

  test("is shown as a difference of each key, in the plan's order", () => {
    const text = renderDNSDiff(planOf({ changes: [inMain, inCustom] }));
    expect(text.split("\n").filter((line) => /^(?:---|\+\+\+|\+d)/.test(line))).toEqual([
      expect.stringMatching(/^--- coredns\/Corefile\s+now$/),
      expect.stringMatching(/^\+\+\+ coredns\/Corefile\s+then$/),
      "+dtk.io:53 {",
      expect.stringMatching(/^--- coredns-custom\/hostsfile-server\.server\s+absent$/),
      expect.stringMatching(/^\+\+\+ coredns-custom\/hostsfile-server\.server\s+then$/),
      "+dtk.io:53 {",
    ]);
  });

  test("may be the going of a key", () => {
    const text = renderDNSDiff(planOf({ changes: [{ ...inCustom, before: inCustom.after, after: undefined }] }));
    expect(text).toMatch(/^\+\+\+ \S+\s+absent$/m);
    expect(text).toContain("\n-dtk.io:53 {\n");
  });

  test("may be nothing, which is a sentence", () => {
    expect(renderDNSDiff(planOf({ changes: [] }))).toBe("Nothing would change.\n");
  });
});

describe("what was done", () => {
  const now = "The cluster's DNS now asks 192.168.122.1:5391 about dtk.io, my.io (ConfigMap coredns).";
  const notice = "CoreDNS notices within two minutes.";

  test("names the responder, the domains and the ConfigMap, and how soon it counts", () => {
    expect(renderTaught(planOf(), told)).toBe(`${now}\n${notice}\n`);
    expect(renderTaught(planOf({ place: customPlace, changes: [inCustom] }), told)).toContain(
      "(ConfigMap coredns-custom).",
    );
  });

  test("before already has nothing to wait for", () => {
    expect(renderTaught(planOf({ changes: [] }), told)).toBe(`${now.replace("now", "already")}\n`);
  });

  test("where CoreDNS does not look again by itself, is the command that starts it anew", () => {
    expect(renderTaught(planOf({ reloads: false }), told)).toBe(`\
${now}
CoreDNS has no \`reload\` here, so start it anew:
  kubectl -n kube-system rollout restart deployment coredns
`);
  });

  test("behind a firewall is each command that opens it, also when nothing was changed", () => {
    const firewall = ["sudo ufw allow 5391/udp", "sudo ufw allow 5391/tcp"];
    const lines =
      "If pods get no answer, let them through this machine's firewall:\n  sudo ufw allow 5391/udp\n  sudo ufw allow 5391/tcp\n";
    for (const changes of [[inMain], []]) {
      expect(renderTaught(planOf({ changes }), { ...told, firewall }).endsWith(lines)).toBe(true);
    }
  });

  test.each<[string, Partial<ClusterDNSPlan>, string]>([
    ["was taken away", {}, `The cluster's DNS no longer asks the server.\n${notice}\n`],
    ["was not there", { changes: [] }, "There is nothing of dtk in the cluster's DNS.\n"],
  ])("when it %s speaks of no responder and no firewall", (_, part, text) => {
    expect(renderTaught(planOf({ place: undefined, ...part }), { ...gone, firewall: ["sudo x"] })).toBe(text);
  });
});
