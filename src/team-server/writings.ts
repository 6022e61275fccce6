/** Finds out who wrote a name of the team, and when, by what etcd had at the revision of the name's value. */
import type { Writing } from "../engine/team-server-facts.ts";
import type { EtcdClient } from "../etcd/client.ts";
import type { EtcdResult } from "../etcd/model.ts";
import type { ClusterName } from "../records/cluster.ts";
import type { Follower } from "./follower.ts";
import { headKey } from "./plan/keys.ts";
import { readHead } from "./plan/values.ts";

interface Options {
  readonly client: Pick<EtcdClient, "get">;
  readonly follower: Pick<Follower, "store">;
}

/**
 * Asks etcd who wrote a name last, for each cluster that has it.
 *
 * @param name - in canonical spelling
 * @returns the failure of etcd where it could not be asked
 */
export async function findWritings(
  { client, follower }: Options,
  name: string,
): Promise<EtcdResult<readonly Writing[]>> {
  const { store } = follower;
  const found = [...(store?.settings.keys() ?? [])].flatMap((cluster) => {
    const held = store?.record(cluster, name);
    return held === undefined ? [] : [{ cluster, revision: held.modRevision }];
  });
  const writings: Writing[] = [];
  for (const { cluster, revision } of found) {
    const stamp = await stampAt(client, cluster, revision);
    if (!stamp.ok) return stamp;
    writings.push({ cluster, revision: String(revision), stamp: stamp.value });
  }
  return { ok: true, value: writings };
}

/**
 * While a change is under way, the cluster's head says whose it is, so it says it of each value that the change wrote.
 * History that was compacted says nothing.
 */
async function stampAt(
  client: Options["client"],
  cluster: ClusterName,
  revision: bigint,
): Promise<EtcdResult<Writing["stamp"]>> {
  const read = await client.get(headKey(cluster), revision);
  if (!read.ok) return read.failure.kind === "compacted" ? { ok: true, value: undefined } : read;
  const { item } = read.value;
  return { ok: true, value: item && readHead(item.value.toString()) };
}
