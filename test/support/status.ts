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

type ResolverStatus = NonNullable<Status["resolver"]>;

/** Makes what a status says of the system resolver; only what is given differs from one that is told dtk.io. */
export function resolverOf(given: Partial<ResolverStatus> = {}): ResolverStatus {
  return {
    way: "delegate",
    sentence: "systemd-resolved 258 is in charge of names; it is told the domains by a delegate file (delegate).",
    ok: true,
    domains: [{ name: "dtk.io", routing: "whole", routes: ["dtk.io"] }],
    questions: null,
    lastQuestionAt: null,
    unsigned: false,
    repairs: 0,
    ...given,
  };
}

/** Makes what a status says of a team; only what is given differs from one that is live and has three names. */
export function teamOf(
  given: Partial<NonNullable<Status["teams"]>[number]> = {},
): NonNullable<Status["teams"]>[number] {
  return {
    name: "dev",
    via: "etcd://e1.example.com:2379,e2.example.com:2379/skydns",
    state: "live",
    since: "2026-01-01T00:00:00.000Z",
    staleSince: null,
    reason: null,
    domains: ["dev.example.com"],
    networks: ["10.0.0.0/8"],
    mostNames: 10_000,
    cluster: "1",
    revision: "7",
    names: 3,
    shown: 2,
    shadowed: 1,
    refused: {},
    previous: null,
    relists: {},
    ...given,
  };
}

type TeamServerStatus = NonNullable<Status["teamServer"]>;

/** Makes what a status says of a team server's etcd; only what is given differs from one that is well. */
export function teamServerOf(given: Partial<TeamServerStatus> = {}): TeamServerStatus {
  const none = { total: 0, list: [] };
  return {
    name: "dev",
    skydnsPath: "/skydns",
    live: true,
    since: "2026-01-01T00:00:00.000Z",
    reason: null,
    revision: "7",
    lists: 1,
    quorum: true,
    readMilliseconds: 2,
    lagSeconds: 0,
    endpoints: [
      {
        place: "e1.example.com:2379",
        answers: true,
        reason: null,
        version: "3.7.3",
        leader: true,
        databaseBytes: 5_000_000,
        alarms: [],
        milliseconds: 1,
      },
    ],
    transactions: { done: 5, lost: 0, unknown: 0, refused: 0 },
    projection: { keys: 3, repairs: 0, broken: none },
    unreadable: none,
    ...given,
  };
}
