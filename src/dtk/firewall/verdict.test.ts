/** Rules as `nft --json list ruleset` prints them let a packet in or not as the kernel would. */
import { expect, test } from "vitest";
import { readRuleset } from "./ruleset.ts";
import { judgePacket } from "./verdict.ts";

type Rule = readonly object[];

const inet = { family: "inet", table: "filter" };

function ruleset(policy: string, rules: readonly Rule[], others: Readonly<Record<string, readonly Rule[]>> = {}) {
  const chains = { input: rules, ...others };
  const text = JSON.stringify({
    nftables: [
      { metainfo: { version: "1.0.6" } },
      { table: { family: "inet", name: "filter" } },
      { chain: { ...inet, name: "input", type: "filter", hook: "input", prio: 0, policy } },
      ...Object.keys(others).map((name) => ({ chain: { ...inet, name } })),
      ...Object.entries(chains).flatMap(([chain, list]) => list.map((expr) => ({ rule: { ...inet, chain, expr } }))),
    ],
  });
  return readRuleset(text) ?? new Map<string, never>();
}

const packet = { address: "192.168.122.167", interfaceName: "virbr0", port: 5000 };

function judge(policy: string, rules: readonly Rule[], others?: Readonly<Record<string, readonly Rule[]>>): string {
  return judgePacket(ruleset(policy, rules, others), packet).kind;
}

const match = (left: object, right: unknown, op = "=="): object => ({ match: { op, left, right } });
const meta = (key: string, right: unknown, op?: string): object => match({ meta: { key } }, right, op);
const from = (right: unknown, protocol = "ip"): object => match({ payload: { protocol, field: "saddr" } }, right);
const port = (right: unknown, protocol = "tcp"): object => match({ payload: { protocol, field: "dport" } }, right);
const state = (right: unknown): object => match({ ct: { key: "state" } }, right, "in");
const [accept, drop, counter] = [{ accept: null }, { drop: null }, { counter: { packets: 0, bytes: 0 } }];
const bridge = { prefix: { addr: "192.168.122.0", len: 24 } };

test.each<{ case: string; policy?: string; rules: readonly Rule[]; expected: string }>([
  { case: "no rule, accepted by policy", policy: "accept", rules: [], expected: "open" },
  { case: "no rule, dropped by policy", rules: [], expected: "blocked" },
  {
    case: "the port dropped",
    policy: "accept",
    rules: [[meta("iifname", "virbr0"), port(5000), drop]],
    expected: "blocked",
  },
  {
    case: "the port dropped elsewhere",
    policy: "accept",
    rules: [[meta("iifname", "eth0"), port(5000), drop]],
    expected: "open",
  },
  { case: "another port dropped", policy: "accept", rules: [[port(5001), drop]], expected: "open" },
  { case: "the port among others", rules: [[port({ set: [80, { range: [5000, 5010] }] }), accept]], expected: "open" },
  { case: "the network let in", rules: [[from(bridge), port(5000), counter, accept]], expected: "open" },
  {
    case: "another network let in",
    rules: [[from({ prefix: { addr: "10.0.0.0", len: 8 } }), accept]],
    expected: "blocked",
  },
  {
    case: "the address among others",
    rules: [[from({ set: ["10.0.0.1", packet.address] }), accept]],
    expected: "open",
  },
  {
    case: "the other family let in",
    rules: [[from({ prefix: { addr: "fe80::", len: 10 } }, "ip6"), accept]],
    expected: "blocked",
  },
  {
    case: "other protocols let in",
    rules: [
      [port(5000, "udp"), accept],
      [meta("l4proto", "icmp"), accept],
    ],
    expected: "blocked",
  },
  { case: "all bridges let in", rules: [[meta("iifname", "virbr*"), accept]], expected: "open" },
  { case: "all but one interface let in", rules: [[meta("iifname", "eth0", "!="), accept]], expected: "open" },
  { case: "only what is known already", rules: [[state(["established", "related"]), accept]], expected: "blocked" },
  { case: "new connections", rules: [[state(["established", "new"]), accept]], expected: "open" },
  {
    case: "a rejection",
    policy: "accept",
    rules: [[{ reject: { type: "icmpx", expr: "port-unreachable" } }]],
    expected: "blocked",
  },
  {
    case: "a rejection of the other family",
    policy: "accept",
    rules: [[{ reject: { type: "icmpv6" } }]],
    expected: "open",
  },
  { case: "accepted before it is dropped", rules: [[port(5000), accept], [drop]], expected: "open" },
  { case: "dropped before it is accepted", rules: [[drop], [accept]], expected: "blocked" },
  { case: "a named set", rules: [[from("@lan"), port(5000), accept]], expected: "unclear" },
  { case: "a named set for another port", rules: [[from("@lan"), port(22), accept]], expected: "blocked" },
  { case: "a condition of iptables", policy: "accept", rules: [[{ xt: null }, drop]], expected: "unclear" },
  { case: "a target of iptables", policy: "accept", rules: [[port(5000), { xt: null }]], expected: "unclear" },
  {
    case: "a limit before what happens anyway",
    rules: [[{ limit: { rate: 5 } }, { log: null }, drop]],
    expected: "blocked",
  },
  { case: "a limit before what else would not happen", rules: [[{ limit: { rate: 5 } }, accept]], expected: "unclear" },
] satisfies readonly { case: string; policy?: string; rules: readonly Rule[]; expected: string }[])(
  "$case: $expected",
  ({ policy = "drop", rules, expected }) => {
    expect(judge(policy, rules)).toBe(expected);
  },
);

const byState = (set: readonly unknown[]): Rule => [{ vmap: { key: { ct: { key: "state" } }, data: { set } } }];

test("a map of states", () => {
  const usual = [
    ["established", accept],
    ["invalid", drop],
  ];
  expect(judge("accept", [byState(usual)])).toBe("open");
  expect(judge("drop", [byState(usual)])).toBe("blocked");
  expect(
    judge("drop", [byState([...usual, ["new", { jump: { target: "clusters" } }]])], { clusters: [[accept]] }),
  ).toBe("open");
});

test.each([
  { case: "a chain that accepts", clusters: [[port(5000), accept]], expected: "open" },
  { case: "a chain that comes back", clusters: [[{ return: null }], [accept]], expected: "blocked" },
  { case: "a chain that ends", clusters: [], expected: "blocked" },
  { case: "a chain that calls itself", clusters: [[{ jump: { target: "clusters" } }]], expected: "unclear" },
])("$case: $expected", ({ clusters, expected }) => {
  expect(judge("drop", [[{ jump: { target: "clusters" } }]], { clusters })).toBe(expected);
});

test("goto does not come back", () => {
  const clusters: readonly Rule[] = [];
  expect(judge("drop", [[{ goto: { target: "clusters" } }], [accept]], { clusters })).toBe("blocked");
  expect(judge("drop", [[{ jump: { target: "clusters" } }], [accept]], { clusters })).toBe("open");
});

test("the chain that drops is named", () => {
  expect(judgePacket(ruleset("drop", []), packet)).toEqual({ kind: "blocked", chains: ["inet filter input"] });
});

test("a text that is not a ruleset has no rules", () => {
  expect(readRuleset("")).toBeUndefined();
  expect(readRuleset("{}")).toBeUndefined();
  expect(readRuleset('{"nftables": []}')?.size).toBe(0);
});

test("a datagram passes by rules for TCP, and a connection by those for UDP", () => {
  const udp = { ...packet, transport: "udp" } as const;
  const rules = ruleset("drop", [
    [port(5000, "tcp"), drop],
    [port(5000, "udp"), accept],
  ]);
  expect([judgePacket(rules, udp).kind, judgePacket(rules, packet).kind]).toEqual(["open", "blocked"]);
  const either = ruleset("drop", [[meta("l4proto", { set: ["tcp", "udp"] }), port(5000, "th"), accept]]);
  expect([judgePacket(either, udp).kind, judgePacket(either, packet).kind]).toEqual(["open", "open"]);
});
