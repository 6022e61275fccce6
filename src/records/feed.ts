/** A feed: the source of a stored record, and part of its key, so that each source sees and deletes only its own records. */
import type { ClusterName } from "./cluster.ts";

declare const brand: unique symbol;

/** A feed's name: one DNS label, as in `external-dns`. */
export type Feed = string & { readonly [brand]: "Feed" };

/** One feed of one cluster: the records that one source may see and change. */
export interface ClusterFeed {
  readonly cluster: ClusterName;
  readonly feed: Feed;
}

/** What ExternalDNS sends to the webhook, and everything that version 0.1.0 stored. */
export const externalDNSFeed = "external-dns" as Feed;

/** What the watcher reads from the APIs of clusters. */
export const watchFeed = "watch" as Feed;

/** Reads a feed's name: one lower-case DNS label (RFC 1123), or undefined. */
export function parseFeed(text: string): Feed | undefined {
  return /^(?!-)[a-z0-9-]{1,63}(?<!-)$/.test(text) ? (text as Feed) : undefined;
}
