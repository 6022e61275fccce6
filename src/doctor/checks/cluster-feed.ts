/** Does what config.yaml names feed the cluster, and does nothing else do it as well? */
import { explainFedTwice } from "../../contract/watch-trouble.ts";
import { type Watch, watchSentence } from "../../dtk/installation/watch.ts";
import { type Feed, watchFeed } from "../../records/feed.ts";
import { type Check, type Finding, findingOf, ok } from "../check.ts";

/** How a cluster is fed. */
export interface ClusterFeeds {
  /** What config.yaml says. */
  readonly wanted: Feed;
  /** The watcher that feeds it now. */
  readonly watch: Watch | undefined;
  /** Whether ExternalDNS is installed in it. */
  readonly hasExternalDNS: boolean;
}

/** Makes the check for one cluster. */
export function clusterFeed(feeds: ClusterFeeds): Check {
  return {
    id: "cluster-feed",
    title: "The cluster is fed, and by one feed",
    needs: ["server-answers", "cluster-reachable"],
    run: async () => Promise.resolve([judgeFeeds(feeds)]),
  };
}

/** Judges what feeds the cluster. */
export function judgeFeeds({ wanted, watch, hasExternalDNS }: ClusterFeeds): Finding {
  if (watch === undefined && wanted === watchFeed) return notRunning;
  if (watch === undefined) return ok("It is left to ExternalDNS; no watcher feeds it.");
  if (!hasExternalDNS) return ok(watchSentence(watch));
  return findingOf(explainFedTwice(`${watchSentence(watch)} ExternalDNS is installed in it as well.`, undefined));
}

const notRunning: Finding = {
  grade: "problem",
  code: "watch-not-running",
  message: "dns.feed is watch in the configuration, but no watcher feeds this cluster.",
  hint: "Start it as the user whose kubeconfig names the cluster, without sudo:",
  command: "hostsfile-server watch",
};
