/** What is published is put right as soon as it is sure what is right: no name of another server's goes for a moment. */
import { expect, test } from "vitest";
import { startEtcdServer } from "../../test/support/etcd-server.ts";
import { change, endpoint, settings } from "../../test/support/store-records.ts";
import { followTeamEtcd } from "../../test/support/team-etcd.ts";
import { finish } from "../base/steps.ts";
import { CurrentView } from "../engine/current-view.ts";
import { defaultCluster } from "../records/cluster.ts";
import { externalDNSFeed } from "../records/feed.ts";
import { metaKey, ownPrefix } from "./plan/keys.ts";
import type { Wish } from "./plan/plan.ts";
import { writeMeta } from "./plan/values.ts";
import { ProjectionSink } from "./projection-sink.ts";
import { Writer } from "./writer.ts";

/** A server that keeps the projection, and another that writes. */
async function open() {
  await using opened = new AsyncDisposableStack();
  const etcd = opened.use(await startEtcdServer());
  etcd.put({ [metaKey]: writeMeta({ name: "dev", id: "0123456789abcdef" }) });
  const { client, follower } = opened.use(await followTeamEtcd(etcd, 2n));
  const elsewhere = opened.use(await followTeamEtcd(etcd, 2n));
  const sink = opened.use(new ProjectionSink({ client, follower }));
  const writer = new Writer({ ...elsewhere, server: "there", inTurn: async (work) => work() });
  const current = new CurrentView();
  const knows = async (revision: bigint): Promise<void> => {
    expect(await follower.until((store) => store.revision >= revision, 60_000)).toBe(true);
  };
  const write = async (wish: Wish): Promise<bigint> => {
    const written = await writer.write(wish, performance.now() + 60_000);
    if (!written.ok) throw new Error(written.trouble.message);
    return written.revision;
  };
  const show = async (): Promise<unknown> => {
    const { store } = follower;
    if (store === undefined) throw new Error("nothing is known");
    return sink.apply(finish(current.workOut(store, { ownNames: new Set(), shownFor: new Map() })));
  };
  await knows(await write({ kind: "configure", cluster: defaultCluster, settings: settings() }));
  expect(await show()).toMatchObject({ ok: true });
  const owned = opened.move();
  return { etcd, follower, sink, write, show, knows, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function create(name: string): Wish {
  const mutation = change({ create: [endpoint(name)] });
  return { kind: "apply", cluster: defaultCluster, feed: externalDNSFeed, mutation };
}

const foo = "/skydns/io/dtk/foo/hfs4";

test("what another server published with records that have not come yet stays", async () => {
  await using place = await open();
  const { etcd, follower, sink } = place;
  let isHeld = true;
  etcd.isLate = (key) => isHeld && key.startsWith(ownPrefix);
  // The other server hears nothing of its own change either, but it has been acknowledged.
  const writing = place.write(create("foo.dtk.io"));
  expect(await follower.until((store) => store.published(foo) !== undefined, 60_000)).toBe(true);
  const { [foo]: value } = etcd.values();
  expect(await place.show()).toMatchObject({ ok: true });
  expect(etcd.values()[foo]).toBe(value);
  isHeld = false;
  etcd.tellLate();
  await place.knows(await writing);
  expect(await place.show()).toMatchObject({ ok: true });
  expect([etcd.values()[foo], sink.repairs]).toEqual([value, 0]);
});

test("what others change of it is put right", async () => {
  await using place = await open();
  const { etcd, follower, sink } = place;
  await place.knows(await place.write(create("foo.dtk.io")));
  expect(await place.show()).toMatchObject({ ok: true });
  const { [foo]: value } = etcd.values();
  expect(value).toContain("foo.dtk.io");
  const bar = "/skydns/io/dtk/bar/hfs4";
  etcd.put({ [foo]: undefined, [bar]: value });
  expect(await follower.until((store) => store.published(bar) !== undefined, 60_000)).toBe(true);
  expect(await place.show()).toMatchObject({ ok: true });
  expect([etcd.values()[foo], etcd.values()[bar], sink.repairs]).toEqual([value, undefined, 2]);
});
