/** The verdict of the rules becomes a finding with the command of whatever manages them. */
import { expect, test } from "vitest";
import { parseAddress } from "../../records/address.ts";
import { type FirewallFacts, findCallers, judgeFirewall } from "./firewall-open.ts";

const near = { interfaceName: "virbr0", address: "192.168.122.1", bits: 24, mac: "52:54:00:00:00:01" };

function judge(given: Partial<FirewallFacts>) {
  return judgeFirewall({
    verdict: { kind: "open" },
    near,
    found: undefined,
    port: 5000,
    protocols: ["tcp"],
    isHeard: false,
    ...given,
  });
}

const blocked = { kind: "blocked", chains: ["inet filter input"] } as const;

test("open", () => {
  expect(judge({})).toEqual({ grade: "ok", message: "The firewall lets 192.168.122.0/24 reach port 5000." });
});

test.each([
  {
    found: undefined,
    hint: "Let the cluster in:",
    command: "sudo nft insert rule inet filter input ip saddr 192.168.122.0/24 tcp dport 5000 accept",
  },
  {
    found: { kind: "ufw" },
    hint: "Let the cluster in:",
    command: "sudo ufw allow from 192.168.122.0/24 to any port 5000 proto tcp",
  },
  {
    found: { kind: "firewalld", zone: "libvirt" },
    hint: "Let the cluster in:",
    command: "sudo firewall-cmd --permanent --zone=libvirt --add-port=5000/tcp && sudo firewall-cmd --reload",
  },
] as const)("blocked: $command", ({ found, hint, command }) => {
  expect(judge({ verdict: blocked, found })).toMatchObject({
    grade: "problem",
    code: "firewall-blocks",
    hint,
    command,
  });
});

test("for DNS both transports are let in", () => {
  expect(judge({ verdict: blocked, port: 5391, protocols: ["udp", "tcp"] })).toMatchObject({
    message: expect.stringContaining("drops calls to port 5391"),
    command:
      "sudo nft insert rule inet filter input ip saddr 192.168.122.0/24 udp dport 5391 accept && sudo nft insert rule inet filter input ip saddr 192.168.122.0/24 tcp dport 5391 accept",
  });
});

test("blocked even though it called a moment ago", () => {
  expect(judge({ verdict: blocked, isHeard: true }).grade).toBe("problem");
});

test("rules that cannot be told matter only while nobody calls", () => {
  expect(judge({ verdict: { kind: "unclear" }, isHeard: true }).grade).toBe("ok");
  expect(judge({ verdict: { kind: "unclear" } })).toMatchObject({ grade: "note", code: "firewall-unclear" });
  expect(judge({ verdict: { kind: "unseen" }, found: { kind: "ufw" } })).toMatchObject({
    grade: "note",
    command: expect.stringContaining("sudo ufw allow from 192.168.122.0/24"),
  });
  expect(judge({ verdict: { kind: "unseen" } }).grade).toBe("ok");
});

test("each network in which a cluster lies is looked at once, loopback never", () => {
  const mac = "52:54:00:00:00:01";
  const interfaces = [
    { interfaceName: "lo", address: "127.0.0.1", bits: 8, mac: "00:00:00:00:00:00" },
    near,
    { interfaceName: "br-kind", address: "172.18.0.1", bits: 16, mac },
  ];
  const texts = ["127.0.0.1", "192.168.122.167", "192.168.122.168", "172.18.0.2", "10.0.0.1"];
  const callers = findCallers(
    texts.flatMap((text) => parseAddress(text) ?? []),
    interfaces,
  );
  expect(callers.map((caller) => caller.near.interfaceName)).toEqual(["virbr0", "br-kind"]);
});
