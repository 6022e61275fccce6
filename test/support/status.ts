/** A status of a server that is well, for tests that change a part of it. */
import type { Status } from "../../src/contract/status.ts";

type ClusterStatus = Status["clusters"][number];
type WatchStatus = NonNullable<ClusterStatus["watch"]>;

/** Makes a status; of the server only what is given differs from one that is well. */
export function statusOf(
  given: Partial<Omit<Status, "server">> & { readonly server?: Partial<Status["server"]> } = {},
): Status {
  const none = { total: 0, list: [] };
  return {
    schemaVersion: 1,
    clusters: [],
    sinks: [],
    notShown: none,
    names: none,
    leftOut: none,
    contested: none,
    attention: [],
    ...given,
    server: {
      pid: 1,
      version: "0.0.0",
      since: "2026-01-01T00:00:00.000Z",
      address: "http://localhost:5000",
      hostsFile: "/etc/hosts",
      ready: true,
      dryRun: false,
      allowed: [],
      tokenRequired: false,
      ...given.server,
    },
  };
}

/** Makes what a status says of a cluster; only what is given differs from one that has no records and was never heard of. */
export function clusterOf(given: Partial<ClusterStatus> = {}): ClusterStatus {
  return {
    name: "default",
    clusterIPs: ["192.168.122.167"],
    followsCaller: false,
    caller: null,
    silentSeconds: 0,
    movedTo: null,
    domains: ["dtk.io"],
    targets: "cluster",
    negotiation: null,
    lastHeard: null,
    records: {},
    shown: 0,
    ...given,
  };
}

/** Makes what a status says of a watch; only what is given differs from one that is live and has no kinds. */
export function watchOf(given: Partial<WatchStatus> = {}): WatchStatus {
  return {
    state: "live",
    since: "2026-01-01T00:00:00.000Z",
    reason: null,
    lastHeard: "2026-01-01T00:00:10.000Z",
    user: "ann",
    context: "kind-a",
    server: "https://127.0.0.1:6443",
    uid: "1",
    madeAnew: null,
    refused: null,
    kinds: [],
    ...given,
  };
}
