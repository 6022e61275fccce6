/** The verdict of the rules becomes a finding with the command of whatever manages them. */
import { expect, test } from "vitest";
import { type FirewallFacts, judgeFirewall } from "./firewall-open.ts";

const near = { interfaceName: "virbr0", address: "192.168.122.1", bits: 24, mac: "52:54:00:00:00:01" };

function judge(given: Partial<FirewallFacts>) {
  return judgeFirewall({ verdict: { kind: "open" }, near, found: undefined, port: 5000, isHeard: false, ...given });
}

const blocked = { kind: "blocked", chains: ["inet filter input"] } as const;

test("open", () => {
  expect(judge({})).toEqual({ grade: "ok", message: "The firewall lets 192.168.122.0/24 reach port 5000." });
});

test.each([
  {
    found: undefined,
    hint: "Let the cluster in: sudo nft insert rule inet filter input ip saddr 192.168.122.0/24 tcp dport 5000 accept",
  },
  {
    found: { kind: "ufw" },
    hint: "Let the cluster in: sudo ufw allow from 192.168.122.0/24 to any port 5000 proto tcp",
  },
  {
    found: { kind: "firewalld", zone: "libvirt" },
    hint: "Let the cluster in: sudo firewall-cmd --permanent --zone=libvirt --add-port=5000/tcp && sudo firewall-cmd --reload",
  },
] as const)("blocked: $hint", ({ found, hint }) => {
  expect(judge({ verdict: blocked, found })).toMatchObject({ grade: "problem", code: "firewall-blocks", hint });
});

test("blocked even though it called a moment ago", () => {
  expect(judge({ verdict: blocked, isHeard: true }).grade).toBe("problem");
});

test("rules that cannot be told matter only while nobody calls", () => {
  expect(judge({ verdict: { kind: "unclear" }, isHeard: true }).grade).toBe("ok");
  expect(judge({ verdict: { kind: "unclear" } })).toMatchObject({ grade: "note", code: "firewall-unclear" });
  expect(judge({ verdict: { kind: "unseen" }, found: { kind: "ufw" } })).toMatchObject({
    grade: "note",
    hint: expect.stringContaining("sudo ufw allow from 192.168.122.0/24"),
  });
  expect(judge({ verdict: { kind: "unseen" } }).grade).toBe("ok");
});
