/** A watcher's report, for tests that change a part of it. */
import type { ReportedCluster, WatcherReport } from "../../src/contract/watcher.ts";

/** Makes a report; only what is given differs from one of a watcher without clusters. */
export function reportOf(given: Partial<WatcherReport> = {}): WatcherReport {
  return {
    pid: 7,
    version: "1.2.3",
    since: "2025-12-31T00:00:00.000Z",
    ended: false,
    contexts: [],
    clusters: [],
    news: { events: [], relists: [], seconds: [] },
    ...given,
  };
}

/** Makes what a report says of a cluster that is followed live. */
export function reportedCluster(given: Partial<ReportedCluster> = {}): ReportedCluster {
  return {
    name: "kind-a",
    context: "kind-a",
    server: "https://127.0.0.1:6443",
    state: "live",
    since: "2025-12-31T00:00:01.000Z",
    reason: null,
    uid: "0001",
    madeAnew: null,
    refused: null,
    kinds: [
      {
        kind: "Ingress",
        group: "networking.k8s.io",
        version: "v1",
        namespaces: [],
        state: "live",
        objects: 3,
        lastEvent: "2025-12-31T00:00:02.000Z",
      },
    ],
    ...given,
  };
}
