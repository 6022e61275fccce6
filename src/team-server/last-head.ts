/** The last change that etcd has acknowledged to anybody, which every team server must come to know. */
import type { EtcdClient } from "../etcd/client.ts";
import { type EtcdResult, rangeOfPrefix } from "../etcd/model.ts";
import { headsPrefix } from "./plan/keys.ts";

/**
 * Reads at which revision the head of any cluster changed last, so that no acknowledged change is missed. That needs a
 * quorum.
 *
 * @returns 0 where there is no head yet
 */
export async function readLastHead(client: Pick<EtcdClient, "lastChanged">): Promise<EtcdResult<bigint>> {
  const last = await client.lastChanged(rangeOfPrefix(headsPrefix));
  return last.ok ? { ok: true, value: last.value.item?.modRevision ?? 0n } : last;
}
