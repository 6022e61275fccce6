/** The host that a listener and a route have in common. */
import { readTarget } from "../../../records/address.ts";

/**
 * Intersects two hosts (ExternalDNS source/gateway.go `gwMatchingHost`). A wildcard matches any number of labels.
 *
 * @param left - a host, a wildcard as in `*.dtk.io`, or an empty text, which matches any host
 * @param right - likewise
 * @returns the more specific of both in lower case, empty when both are; undefined when they have no host in common
 */
export function matchHosts(left: string, right: string): string | undefined {
  if (!isHost(left) || !isHost(right)) return undefined;
  const [first, second] = [left.toLowerCase(), right.toLowerCase()];
  if (first === "" || first === second) return second;
  if (second === "" || covers(second, first)) return first;
  return covers(first, second) ? second : undefined;
}

function covers(wildcard: string, host: string): boolean {
  return wildcard.startsWith("*.") && host.endsWith(wildcard.slice(1));
}

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

/** Addresses and what RFC 1123 does not allow never match. A dot at the end is part of the host, as in ExternalDNS. */
function isHost(host: string): boolean {
  if (host === "") return true;
  const name = host.replace(/^\*\./, "").replace(/\.$/, "");
  return readTarget(host).kind === "name" && name.length <= 255 && name.split(".").every((part) => label.test(part));
}
