/** An etcd in memory in which a team was founded, and its commands, for tests of what they keep there. */
import assert from "node:assert/strict";
import type { EtcdClient } from "../../src/etcd/client.ts";
import { CallMemory } from "../../src/team-server/call-memory.ts";
import { Follower } from "../../src/team-server/follower.ts";
import { etcdClientOf } from "./etcd-puts.ts";
import { type EtcdServer, startEtcdServer } from "./etcd-server.ts";
import { runHere } from "./here.ts";

/** Milliseconds that only what hangs takes. */
const patience = 180_000;

/** Where a team keeps what is its own. */
export const teamPrefix = "/hostsfile-server/v1";

/** Settings of a cluster, as they are kept. */
export const clusterSettings = '{"clusterIPs":[],"domains":["dtk.io"],"targets":"cluster"}';

/** Records of foo.dtk.io, as they are kept. */
export const recordsOfFoo = '{"external-dns":[{"dnsName":"foo.dtk.io","recordType":"A","targets":["10.0.0.1"]}]}';

/** Opens one in which the team dev was founded. */
export async function startTeamEtcd(): Promise<EtcdServer> {
  const etcd = await startEtcdServer();
  etcd.put({ [`${teamPrefix}/meta`]: '{"name":"dev","id":"0123456789abcdef"}' });
  return etcd;
}

export interface TeamFollowing extends AsyncDisposable {
  readonly client: EtcdClient;
  readonly follower: Follower;
}

/**
 * Opens what a team server has of an etcd.
 *
 * @param revision - what it waits for until it knows it
 */
export async function followTeamEtcd(etcd: EtcdServer, revision: bigint): Promise<TeamFollowing> {
  await using opened = new AsyncDisposableStack();
  const client = opened.use(etcdClientOf(etcd));
  const follower = opened.use(
    new Follower({
      client,
      path: "/skydns",
      memory: new CallMemory(),
      inTurn: async (work) => work(),
      onChange: () => undefined,
      onTrouble: () => undefined,
    }),
  );
  follower.start();
  assert(await follower.until((store) => store.revision >= revision, patience), "what it follows does not come");
  const owned = opened.move();
  return { client, follower, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Runs a command such as `team check` on an etcd. */
export function runTeam({ url }: EtcdServer, line: string): ReturnType<typeof runHere> {
  return runHere([...line.split(" "), `--store=${url}`]);
}
