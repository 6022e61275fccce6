/** A name that resolves only where the system resolver asks the server, since the hosts file cannot hold it. */
import type { Status } from "../../contract/status.ts";
import { hostsFileIdentity } from "../../sinks/hosts-file/identity.ts";

type Name = Status["names"]["list"][number];

/** What is to be asked for, and the addresses that it must have. */
export interface Canary {
  readonly name: string;
  readonly addresses: readonly string[];
}

/** Shown names with addresses that a sink shows, and the hosts file does not. */
export function namesOnlyInDNS(names: readonly Name[]): readonly Name[] {
  return names.filter(
    ({ addresses, sinks = [] }) => addresses.length > 0 && sinks.length > 0 && !sinks.includes(hostsFileIdentity.id),
  );
}

/**
 * Chooses a canary: of a wildcard a name that nobody ever asked for, so that no cache has it.
 *
 * @param label - for that name
 * @returns undefined where the hosts file has every name
 */
export function chooseCanary(names: readonly Name[], label: string): Canary | undefined {
  const found = namesOnlyInDNS(names);
  const { name, addresses } = found.find((each) => each.name.startsWith("*.")) ?? found[0] ?? {};
  if (name === undefined || addresses === undefined) return undefined;
  return { name: name.startsWith("*.") ? label + name.slice(1) : name, addresses };
}
