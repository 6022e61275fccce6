/** The parts that every answer of etcd has, as values. */
import type { KeyValue, ResponseHeader } from "./messages.ts";
import type { EtcdHeader, EtcdItem } from "./model.ts";

/** A header as a value. */
export function headerOf(header: ResponseHeader | undefined): EtcdHeader {
  const { clusterId = 0n, revision = 0n, raftTerm = 0n } = header ?? {};
  return { clusterId, revision, raftTerm };
}

/** An item as a value. A key that is not text keeps its readable part. */
export function itemOf({ key, value, createRevision, modRevision }: KeyValue): EtcdItem {
  return { key: key.toString(), value, createRevision, modRevision };
}
