/** Words for how a cluster is watched, for texts that people read. */
import { externalDNSFeed, watchFeed } from "../records/feed.ts";
import type { Status } from "./status.ts";

const stateWords: Readonly<Record<string, string>> = {
  connecting: "connecting",
  listing: "reading its objects",
  live: "live",
  unreachable: "its API server is away",
  "login-needed": "cannot log in",
  "not-running": "its watcher does not run",
  unreported: "by a watcher that has not reported yet",
};

/** The state of a watch in words. */
export function describeWatchState(state: string): string {
  return stateWords[state] ?? state;
}

/** What feeds a cluster, in words. */
export function describeFeeds({ feeds = [], sameAs }: Pick<Status["clusters"][number], "feeds" | "sameAs">): string {
  const titles = feeds.map((feed) =>
    feed === externalDNSFeed ? "ExternalDNS" : feed === watchFeed ? "a watcher" : feed,
  );
  const also = sameAs === undefined ? [] : [`ExternalDNS as ${sameAs}`];
  return [...titles, ...also].join(", ") || "nothing yet";
}
