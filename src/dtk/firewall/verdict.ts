/** Follows a packet through the chains of the packet filter, as the kernel does (nft(8)). Pure. */
import { type Decision, type Packet, asRecord, both, decideEqual, decideMatch } from "./match.ts";
import type { Chain, Statement } from "./ruleset.ts";

export type PacketVerdict =
  | { readonly kind: "open" }
  /** The ids of the chains that drop it. */
  | { readonly kind: "blocked"; readonly chains: readonly string[] }
  /** It depends on conditions that are not known here. */
  | { readonly kind: "unclear" };

type Chains = ReadonlyMap<string, Chain>;

/** How a chain may end for the packet; `none` goes on behind the jump, or to the policy. */
type End = "accept" | "drop" | "unclear" | "none" | "return";

interface Walk {
  readonly chain: Chain;
  readonly chains: Chains;
  readonly packet: Packet;
  readonly depth: number;
}

/** Judges whether the packet gets in: each chain at the input hook has its say, and one that drops is enough. */
export function judgePacket(chains: Chains, packet: Packet): PacketVerdict {
  const families = new Set(["inet", familyOf(packet)]);
  const hooks = [...chains.values()].filter(({ hook, family }) => hook === "input" && families.has(family));
  const judged = hooks.map((chain) => ({ id: chain.id, ends: endsOfHook({ chain, chains, packet, depth: 0 }) }));
  const dropping = judged.filter(({ ends }) => ends.size === 1 && ends.has("drop")).map(({ id }) => id);
  if (dropping.length > 0) return { kind: "blocked", chains: dropping };
  return judged.some(({ ends }) => ends.has("drop") || ends.has("unclear")) ? { kind: "unclear" } : { kind: "open" };
}

function familyOf({ address }: Packet): "ip" | "ip6" {
  return address.includes(":") ? "ip6" : "ip";
}

function endsOfHook(walk: Walk): ReadonlySet<End> {
  const policy = walk.chain.policy === "drop" ? "drop" : "accept";
  return new Set([...endsOfChain(walk)].map((end) => (end === "none" ? policy : end)));
}

function endsOfChain(walk: Walk): ReadonlySet<End> {
  const possible = new Set<End>();
  for (const rule of walk.chain.rules) {
    const { ends, holds } = endsOfRule(rule, walk);
    if (holds === false) continue;
    for (const end of ends) if (end !== "none") possible.add(end === "return" ? "none" : end);
    if (holds === true && ends.size > 0 && !ends.has("none")) return possible;
  }
  return possible.add("none");
}

/** Conditions whose state is not to be had. */
const conditions: ReadonlySet<string> = new Set(["limit", "quota", "ct count"]);

/** They change nothing about where the packet goes. */
const harmless: ReadonlySet<string> = new Set(["counter", "log", "comment", "mangle", "notrack"]);

function endsOfRule(
  rule: readonly Statement[],
  walk: Walk,
): { readonly ends: ReadonlySet<End>; readonly holds: Decision } {
  let holds: Decision = true;
  let ends: ReadonlySet<End> = new Set();
  for (const statement of rule) {
    const [name, value] = readStatement(statement);
    if (name === "match") holds = both(holds, decideMatch(value, walk.packet));
    else if (conditions.has(name)) holds = both(holds, undefined);
    else if (!harmless.has(name)) ends = endsOfStatement(statement, walk);
    // A condition or an end of iptables' own, of which nft says no more.
    if (name === "xt") holds = both(holds, undefined);
  }
  return { ends, holds };
}

function readStatement(statement: unknown): readonly [string, unknown] {
  return Object.entries(asRecord(statement))[0] ?? ["", undefined];
}

function endsOfStatement(statement: unknown, walk: Walk): ReadonlySet<End> {
  const [name, value] = readStatement(statement);
  switch (name) {
    case "accept":
    case "drop":
    case "return":
      return new Set([name]);
    case "reject":
      return new Set([isForOtherFamily(value, walk.packet) ? "none" : "drop"]);
    case "vmap":
      return endsOfMap(value, walk);
    case "jump":
      return endsOfJump(value, walk);
    case "goto":
      return new Set([...endsOfJump(value, walk)].map((end) => (end === "none" ? "return" : end)));
    default:
      return new Set(["unclear"]);
  }
}

/** nft leaves a condition on the family out when the kind of rejection says it. */
function isForOtherFamily(reject: unknown, packet: Packet): boolean {
  const { type } = asRecord(reject);
  return type === (familyOf(packet) === "ip" ? "icmpv6" : "icmp");
}

/** The kernel refuses rules that jump deeper. */
const mostJumps = 16;

function endsOfJump(jump: unknown, walk: Walk): ReadonlySet<End> {
  const { target } = asRecord(jump);
  const chain = walk.chains.get(walk.chain.id.replace(/\S+$/, () => String(target)));
  if (chain === undefined || walk.depth >= mostJumps) return new Set(["unclear"]);
  return endsOfChain({ ...walk, chain, depth: walk.depth + 1 });
}

/** A map from values to what happens then, as in `ct state vmap { established : accept, invalid : drop }`. */
function endsOfMap(map: unknown, walk: Walk): ReadonlySet<End> {
  const { key, data } = asRecord(map);
  const { set } = asRecord(data);
  if (!Array.isArray(set)) return new Set(["unclear"]);
  for (const pair of set) {
    const [right, statement] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
    const holds = decideEqual(key, right, walk.packet);
    if (holds === undefined) return new Set(["unclear"]);
    if (holds) return endsOfStatement(statement, walk);
  }
  return new Set(["none"]);
}
