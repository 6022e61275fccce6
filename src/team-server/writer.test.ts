/** A wish is made true once, whatever becomes of etcd's answers: what took place is found out by reading, and nothing is planned again for it. */
import { expect, test } from "vitest";
import { startEtcdServer } from "../../test/support/etcd-server.ts";
import { change, endpoint, settings } from "../../test/support/store-records.ts";
import { followTeamEtcd } from "../../test/support/team-etcd.ts";
import { defaultCluster } from "../records/cluster.ts";
import { externalDNSFeed } from "../records/feed.ts";
import { metaKey, recordKey } from "./plan/keys.ts";
import type { Wish } from "./plan/plan.ts";
import { writeMeta } from "./plan/values.ts";
import { Writer } from "./writer.ts";

/** As etcd says it when it has no answer in time. */
const timedOut = { code: 14, details: "etcdserver: request timed out" };

const records = recordKey(defaultCluster, "");

function create(...names: readonly string[]): Wish {
  const mutation = change({ create: names.map((name) => endpoint(name)) });
  return { kind: "apply", cluster: defaultCluster, feed: externalDNSFeed, mutation };
}

/** A writer on a team with one cluster, and what it asks of etcd. */
async function open() {
  await using opened = new AsyncDisposableStack();
  const etcd = opened.use(await startEtcdServer());
  etcd.put({ [metaKey]: writeMeta({ name: "dev", id: "0123456789abcdef" }) });
  const { client, follower } = opened.use(await followTeamEtcd(etcd, 2n));
  const counts = { plans: 0, transactions: 0 };
  const inTurn = async <Result>(work: () => Result): Promise<Result> => {
    counts.plans += 1;
    return work();
  };
  const writer = new Writer({ client, follower, server: "here", inTurn });
  const write = (wish: Wish) => writer.write(wish, performance.now() + 60_000);
  expect(await write({ kind: "configure", cluster: defaultCluster, settings: settings() })).toMatchObject({ ok: true });
  Object.assign(counts, { plans: 0, transactions: 0 });
  etcd.refuse = (method) => {
    if (method === "Txn") counts.transactions += 1;
    return undefined;
  };
  const owned = opened.move();
  return {
    etcd,
    counts,
    write,
    ended: writer.transactions,
    /** The names that etcd has. */
    names: () =>
      Object.keys(etcd.values())
        .filter((key) => key.startsWith(records))
        .map((key) => key.slice(records.length)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Says this of the first transactions, as many as there are places, and nothing of those that follow. */
function firstOf<Said>(...said: readonly Said[]): (method: string) => Said | undefined {
  const left = [...said];
  return (method) => (method === "Txn" ? left.shift() : undefined);
}

test("a transaction whose answer is lost is found out by reading, and nothing is planned again", async () => {
  await using here = await open();
  here.etcd.lose = firstOf(timedOut);
  expect(await here.write(create("foo.dtk.io"))).toMatchObject({ ok: true });
  expect(here.counts).toEqual({ plans: 1, transactions: 1 });
  expect(here.ended).toMatchObject({ done: 1, unknown: 1 });
  expect(here.names()).toEqual(["foo.dtk.io"]);
});

test.each([
  ["first", [timedOut]],
  ["second", [undefined, timedOut]],
  ["last", [undefined, undefined, undefined, undefined, timedOut]],
])("a large change goes on where the answer to its %s transaction is lost", async (_, lost) => {
  await using here = await open();
  const names = Array.from({ length: 300 }, (_each, index) => `n${index}.dtk.io`);
  here.etcd.lose = firstOf(...lost);
  expect(await here.write(create(...names))).toMatchObject({ ok: true });
  expect(here.counts).toEqual({ plans: 1, transactions: 5 });
  expect(here.ended).toMatchObject({ unknown: 1 });
  expect(here.names().toSorted()).toEqual(names.toSorted());
});

test("one that did not take place is planned again", async () => {
  await using here = await open();
  const count = here.etcd.refuse;
  const said = firstOf(timedOut);
  here.etcd.refuse = (method) => count(method) ?? said(method);
  expect(await here.write(create("foo.dtk.io"))).toMatchObject({ ok: true });
  expect(here.counts).toEqual({ plans: 2, transactions: 2 });
  expect(here.names()).toEqual(["foo.dtk.io"]);
});

test("where it cannot be read either, it is planned again, and what took place is not done twice", async () => {
  await using here = await open();
  const count = here.etcd.refuse;
  let isLost = false;
  here.etcd.lose = (method) => {
    if (method !== "Txn") return undefined;
    isLost = true;
    return timedOut;
  };
  here.etcd.refuse = (method) => {
    const isAsked = isLost && method === "Range";
    if (isAsked) isLost = false;
    return isAsked ? timedOut : count(method);
  };
  expect(await here.write(create("foo.dtk.io"))).toMatchObject({ ok: true });
  expect(here.counts).toEqual({ plans: 2, transactions: 1 });
  expect(here.names()).toEqual(["foo.dtk.io"]);
});
