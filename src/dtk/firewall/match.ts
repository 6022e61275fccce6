/** Says whether a rule's condition holds for a packet that opens a connection. A condition that it does not know stays undecided. Pure. */
import { parseCaller } from "../../records/caller.ts";
import { isInNetwork, parseNetwork } from "../../records/network.ts";
import type { Protocol } from "./firewall.ts";
import type { Statement } from "./ruleset.ts";

/** The first packet of a TCP connection to this machine, or a datagram of UDP. */
export interface Packet {
  /** TCP unless given. */
  readonly transport?: Protocol;
  /** The sender. */
  readonly address: string;
  /** Over which it comes in. */
  readonly interfaceName: string;
  /** The port that it is sent to. */
  readonly port: number;
}

/** Undefined when it cannot be told. */
export type Decision = boolean | undefined;

/** Decides about a `match` statement. */
export function decideMatch(match: unknown, packet: Packet): Decision {
  const { op, left, right } = asRecord(match);
  const holds = decideEqual(left, right, packet);
  return op === "!=" && holds !== undefined ? !holds : holds;
}

/** Decides whether the left side has one of the values on the right. */
export function decideEqual(left: unknown, right: unknown, packet: Packet): Decision {
  const value = valueOf(left, packet);
  return value === undefined ? undefined : value !== "another protocol" && contains(right, value);
}

/** What the packet has there, as text. */
function valueOf(left: unknown, { address, interfaceName, port, transport = "tcp" }: Packet): string | undefined {
  const { meta, payload, ct } = asRecord(left);
  const family = address.includes(":") ? "ip6" : "ip";
  const { protocol, field } = asRecord(payload);
  switch (
    meta === undefined ? (ct === undefined ? `${String(protocol)} ${String(field)}` : `ct ${keyOf(ct)}`) : keyOf(meta)
  ) {
    case "iifname":
    case "iif":
      return interfaceName;
    case "l4proto":
    case "ip protocol":
    case "ip6 nexthdr":
      return transport;
    case "nfproto":
      return family === "ip" ? "ipv4" : "ipv6";
    case "ct state":
      return "new";
    case `${transport} dport`:
    case "th dport":
      return String(port);
    case "ip saddr":
    case "ip6 saddr":
      return protocol === family ? address : "another protocol";
    default:
      return ["tcp", "udp", "icmp", "icmpv6"].includes(String(protocol)) && protocol !== transport
        ? "another protocol"
        : undefined;
  }
}

function keyOf(expression: unknown): string {
  return String(asRecord(expression)["key"]);
}

function contains(right: unknown, value: string): Decision {
  if (Array.isArray(right)) return right.map((item) => contains(item, value)).reduce(either, false);
  if (typeof right === "string" || typeof right === "number") return containsText(String(right), value);
  const { set, range, prefix } = asRecord(right);
  if (set !== undefined) return contains(Array.isArray(set) ? set : [set], value);
  if (Array.isArray(range)) return Number(range[0]) <= Number(value) && Number(value) <= Number(range[1]);
  const { addr, len } = asRecord(prefix);
  return typeof addr === "string" && typeof len === "number" ? isIn(value, `${addr}/${len}`) : undefined;
}

/** Interfaces may end in a wildcard; the names of sets begin with `@`. */
function containsText(text: string, value: string): Decision {
  if (text.startsWith("@")) return undefined;
  return text.endsWith("*") ? value.startsWith(text.slice(0, -1)) : text === value;
}

function isIn(address: string, network: string): Decision {
  const [caller, parsed] = [parseCaller(address), parseNetwork(network)];
  return caller === undefined || parsed === undefined ? undefined : isInNetwork(caller, parsed);
}

/** Or, with what is not known. */
function either(left: Decision, right: Decision): Decision {
  return left === true || right === true ? true : left === undefined || right === undefined ? undefined : false;
}

/** And, with what is not known. */
export function both(left: Decision, right: Decision): Decision {
  return left === false || right === false ? false : left === undefined || right === undefined ? undefined : true;
}

/** The object, or an empty one. */
export function asRecord(value: unknown): Statement {
  return typeof value === "object" && value !== null ? (value as Statement) : {};
}
