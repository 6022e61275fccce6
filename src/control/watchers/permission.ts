/** What a user's watcher may do with a cluster, as one pure decision over what is known of it. */
import { type ClusterName, type ClusterSettings, defaultCluster } from "../../records/cluster.ts";
import { watchLimits } from "../../records/limits.ts";
import { type ManagedDomain, isManaged } from "../../records/managed-domain.ts";
import type { UserName } from "../../records/user.ts";

/** To read what is kept of a cluster, to change that, or to take something away from it. */
export type WatchDeed = "read" | "change" | "take-away";

/** What is known of a watcher's request. */
export interface WatchCall {
  readonly user: UserName;
  /** Whether the caller could do as much without being a watcher: with the admin token, or where no token is needed. */
  readonly mayConfigure: boolean;
  readonly deed: WatchDeed;
  readonly cluster: ClusterName;
  /** Undefined while the server does not know the cluster. */
  readonly settings: Pick<ClusterSettings, "domains" | "user"> | undefined;
  /** The domains that the cluster is to have in addition. */
  readonly added: readonly ManagedDomain[];
  /** The domains in which watchers may have names. */
  readonly allowed: ReadonlySet<ManagedDomain>;
  /** Clusters that this user's watcher feeds. */
  readonly fed: number;
}

type WatchReason =
  | "default-is-not-watched"
  | "cluster-of-another"
  | "cluster-not-watched"
  | "too-many-watched"
  | "domain-not-for-watchers";

export type WatchRefusal =
  | { readonly reason: Exclude<WatchReason, "cluster-of-another" | "domain-not-for-watchers"> }
  | { readonly reason: "cluster-of-another"; readonly owner: UserName }
  | { readonly reason: "domain-not-for-watchers"; readonly domain: ManagedDomain };

/** Whether it is permitted; then, which domains of the cluster may stay. */
type WatchVerdict =
  | { readonly ok: true; readonly kept: readonly ManagedDomain[] }
  | ({ readonly ok: false } & WatchRefusal);

/**
 * Decides about a request. Nobody's watcher touches the cluster `default` or another user's. What the watch token opens beyond that are
 * clusters of its own user, up to a number, in the domains that the server's owner allows.
 */
export function judgeWatch(call: WatchCall): WatchVerdict {
  const { user, mayConfigure, deed, cluster, settings, added, allowed, fed } = call;
  const owner = settings?.user;
  if (cluster === defaultCluster) return refuse({ reason: "default-is-not-watched" });
  if (owner !== undefined && owner !== user) return refuse({ reason: "cluster-of-another", owner });
  const present = settings?.domains ?? [];
  if (mayConfigure) return { ok: true, kept: present };
  if (settings !== undefined && owner === undefined) return refuse({ reason: "cluster-not-watched" });
  if (settings === undefined && deed === "change" && fed >= watchLimits.clusters) {
    return refuse({ reason: "too-many-watched" });
  }
  const domain = added.find((each) => !isManaged(each, allowed));
  if (domain !== undefined) return refuse({ reason: "domain-not-for-watchers", domain });
  return { ok: true, kept: present.filter((each) => isManaged(each, allowed)) };
}

function refuse(refusal: WatchRefusal): WatchVerdict {
  return { ok: false, ...refusal };
}
