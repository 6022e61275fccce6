/** Where a team server keeps what it knows in etcd: its own keys, and those of the projection in SkyDNS layout. */
import { type ClusterName, parseClusterName } from "../../records/cluster.ts";

/** Every key of ours but the projection. The number is the version of what the keys and values mean. */
export const ownPrefix = "/hostsfile-server/v1/";

/** What makes a store a team's: its identity, written once. */
export const metaKey = `${ownPrefix}meta`;

/** The heads of all clusters. */
export const headsPrefix = `${ownPrefix}heads/`;

/** The invitations, and the desktops that they became. */
export const desktopsPrefix = `${ownPrefix}desktops/`;

/** Where desktops find the team servers. */
export const addressesKey = `${ownPrefix}addresses`;

/** What a key of ours holds. */
export type OwnKey =
  | { readonly kind: "meta" }
  | { readonly kind: "addresses" }
  | { readonly kind: "desktop"; readonly id: string }
  | { readonly kind: "cluster"; readonly cluster: ClusterName }
  | { readonly kind: "head"; readonly cluster: ClusterName }
  | { readonly kind: "record"; readonly cluster: ClusterName; readonly name: string };

/** The settings of a cluster. */
export function clusterKey(cluster: ClusterName): string {
  return `${ownPrefix}clusters/${cluster}`;
}

/** What every change of a cluster writes, so that two changes at a time are told apart. */
export function headKey(cluster: ClusterName): string {
  return `${headsPrefix}${cluster}`;
}

/** The endpoints of one name of a cluster. */
export function recordKey(cluster: ClusterName, name: string): string {
  return `${ownPrefix}records/${cluster}/${name}`;
}

/** An invitation, and the desktop that it became. */
export function desktopKey(id: string): string {
  return `${desktopsPrefix}${id}`;
}

/** Reads a key of ours; undefined for a key that no version of this program writes. */
export function parseOwnKey(key: string): OwnKey | undefined {
  if (key === metaKey) return { kind: "meta" };
  if (key === addressesKey) return { kind: "addresses" };
  const [, id] = /^desktops\/([0-9a-f]{10})$/.exec(key.startsWith(ownPrefix) ? key.slice(ownPrefix.length) : "") ?? [];
  if (id !== undefined) return { kind: "desktop", id };
  const [, folder, text = "", name] =
    /^(clusters|heads|records)\/([^/]+)(?:\/(.+))?$/s.exec(
      key.startsWith(ownPrefix) ? key.slice(ownPrefix.length) : "",
    ) ?? [];
  const cluster = parseClusterName(text);
  if (cluster === undefined) return undefined;
  if (folder === "records") return name === undefined ? undefined : { kind: "record", cluster, name };
  if (name !== undefined) return undefined;
  return { kind: folder === "heads" ? "head" : "cluster", cluster };
}

/** The last label of a key of the projection that is ours, as in `hfs4` or `hfs6-2`. Others have other labels. */
const ownLabel = /\/hfs[046](?:-\d{1,3})?$/;

/** Whether a key below the projection's path is one that a team server writes. */
export function isOwnProjection(key: string): boolean {
  return ownLabel.test(key);
}
