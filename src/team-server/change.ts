/** A change of a key as etcd tells it. */
import type { EtcdEvent, EtcdItem } from "../etcd/model.ts";

export interface Change {
  readonly key: string;
  /** Which changed it. */
  readonly revision: bigint;
  /** What is there now; undefined for a key that is not. */
  readonly item: EtcdItem | undefined;
}

/** An event as a change. */
export function changeOf(event: EtcdEvent): Change {
  return { key: event.key, revision: event.modRevision, item: event.kind === "put" ? event.item : undefined };
}
