/** Paths of the server, for the code that serves them and for the code that asks. */
import { defaultCluster } from "../records/cluster.ts";

/** Where each request goes that is about the whole server. */
export const paths = {
  status: "/status",
  names: "/names",
  zones: "/zones",
  adopt: "/adopt",
  teams: "/teams",
  teamPreview: "/teams/preview",
  openPage: "/open",
  events: "/events",
  metrics: "/metrics",
  health: "/healthz",
  ready: "/readyz",
} as const;

/** The path of a name, which says what answers DNS queries for it; as a router reads it, for `:name`. */
export function zoneNamePath(name: string): string {
  return `${paths.zones}/${name}`;
}

/** What can be asked of one cluster: the seed's REST methods, and ExternalDNS's webhook. */
export type ClusterMethod = "domains" | "clusterip" | "targets" | "records" | "adjustendpoints";

/** The path of a cluster as a router reads it. */
export const clusterRoute = "/clusters/:cluster";

/** The path of a cluster by its name, under which `DELETE` forgets it. */
export function clusterPath(cluster: string): string {
  return clusterRoute.replace(":cluster", cluster);
}

/** Everything that the watcher of one user asks, as a router reads it. */
export const watcherRoute = "/watchers/:user";

/** In the query of a setting that a watcher chose: it counts only where nobody gave another. */
export const unlessGiven = "unless-given";

/** The path of a user's watcher; what it may have is under it. */
export function watcherPath(user: string): string {
  return watcherRoute.replace(":user", user);
}

/** The path of a cluster that a user's watcher feeds: its configuration and the watcher's records of it. */
export function watchedClusterPath(user: string, cluster: string): string {
  return watcherPath(user) + clusterPath(cluster);
}

/** The path of one feed of a cluster, under which `DELETE` forgets it; as a router reads it, for {@link clusterRoute}. */
export function feedPath(cluster: string, feed: string): string {
  return `${clusterPath(cluster)}/feeds/${feed}`;
}

/** The path of a team as a router reads it. */
export const teamRoute = "/teams/:team";

/** The path of a team by its name, under which `DELETE` leaves it. */
export function teamPath(team: string): string {
  return teamRoute.replace(":team", team);
}

/** The path of a name of a team that was joined, which says who wrote it; as a router reads it, for `:team` and `:name`. */
export function teamWritingsPath(team: string, name: string): string {
  return `${teamPath(team)}/names/${name}`;
}

/** The path of a name at a team server, which says who wrote it; as a router reads it, for `:name`. */
export function writingsPath(name: string): string {
  return `/team-server/names/${name}`;
}

/** The prefix of a cluster's methods: empty for `default`, whose methods are at the root, as the guide has it. */
export function prefixOf(cluster: string): string {
  return cluster === defaultCluster ? "" : clusterPath(cluster);
}

/** The path of a method for a cluster, as in `/clusters/kind-a/domains`. */
export function methodPath(cluster: string, method: ClusterMethod): string {
  return `${prefixOf(cluster)}/${method}`;
}
