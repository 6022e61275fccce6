/** A cluster's name and settings as values: what points its names where, and which names it may have. */
import type { Address } from "./address.ts";
import { familyOf, parseAddress, targetKind } from "./address.ts";
import type { ManagedDomain } from "./managed-domain.ts";
import type { UserName } from "./user.ts";

declare const brand: unique symbol;

/** A cluster's name: one DNS label. */
export type ClusterName = string & { readonly [brand]: "ClusterName" };

/** Where names point: to the cluster IP, or to the records' own targets. */
export type TargetMode = "cluster" | "record";

export const targetModes: readonly TargetMode[] = ["cluster", "record"];

/** The cluster that requests without `/clusters/NAME` are about. */
export const defaultCluster = "default" as ClusterName;

/** Settings that a watcher chooses, unless somebody gives them. */
export type ChosenSetting = "clusterip" | "targets";

export const chosenSettings: readonly ChosenSetting[] = ["clusterip", "targets"];

export interface ClusterSettings {
  /** At most one of each family, IPv4 first; empty while unknown. */
  readonly clusterIPs: readonly Address[];
  /** Whether the cluster IP is always the address that ExternalDNS calls from. */
  readonly followsCaller?: boolean | undefined;
  /** In the order in which they were added. */
  readonly domains: readonly ManagedDomain[];
  readonly targets: TargetMode;
  /** The user whose watcher feeds it; undefined for a cluster that none has fed. */
  readonly user?: UserName | undefined;
  /** What somebody gave since a watcher feeds it. The watcher leaves these as they are. */
  readonly given?: readonly ChosenSetting[] | undefined;
}

export const initialSettings: ClusterSettings = { clusterIPs: [], domains: [], targets: "cluster" };

/** The value in place of a cluster IP for a cluster that follows its caller. */
const followWord = "auto";

/** What a cluster IP can be set to: addresses, or whatever the caller's is. */
export type ClusterIPSetting =
  | Pick<ClusterSettings, "clusterIPs" | "followsCaller">
  | Pick<ClusterSettings, "followsCaller">;

/**
 * Reads what the cluster IP is set to: the word `auto`, which keeps the addresses that are known until ExternalDNS calls,
 * or addresses as {@link parseClusterIPs}.
 */
export function parseClusterIPSetting(texts: readonly string[]): ClusterIPSetting | undefined {
  if (texts.length === 1 && texts[0] === followWord) return { followsCaller: true };
  const clusterIPs = parseClusterIPs(texts);
  return clusterIPs && { clusterIPs, followsCaller: false };
}

/** Writes a setting of the cluster IP in the way that {@link parseClusterIPSetting} reads it. */
export function formatClusterIPSetting(setting: ClusterIPSetting): string {
  return "clusterIPs" in setting ? setting.clusterIPs.join(",") : followWord;
}

/** Reads a cluster's name: one lower-case DNS label (RFC 1123), or undefined. */
export function parseClusterName(text: string): ClusterName | undefined {
  return /^(?!-)[a-z0-9-]{1,63}(?<!-)$/.test(text) ? (text as ClusterName) : undefined;
}

/**
 * Reads a cluster IP: one address, or one of each family.
 *
 * @param texts - one or two addresses
 * @returns the addresses, IPv4 first, or undefined when one is not a usable address or both are of one family
 */
export function parseClusterIPs(texts: readonly string[]): readonly Address[] | undefined {
  const addresses: Address[] = [];
  for (const text of texts) {
    const address = parseAddress(text.trim());
    if (address === undefined || targetKind(address) !== "usable") return undefined;
    if (addresses.some((other) => familyOf(other) === familyOf(address))) return undefined;
    addresses.push(address);
  }
  if (addresses.length === 0) return undefined;
  return addresses.toSorted((left, right) => familyOf(left).localeCompare(familyOf(right)));
}
