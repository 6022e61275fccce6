/** Who wrote a name is read from etcd as it was then: known while there is history, unknown without, and a failure is no answer. */
import { expect, test } from "vitest";
import { startEtcdServer } from "../../test/support/etcd-server.ts";
import { clusterSettings, followTeamEtcd, recordsOfFoo, teamPrefix } from "../../test/support/team-etcd.ts";
import { codes } from "../etcd/failure.ts";
import { writeHead, writeMeta } from "./plan/values.ts";
import { findWritings } from "./writings.ts";

const head = (by: string): string => writeHead({ change: "c", by, at: "2026-01-01T00:00:00.000Z", chunk: 0 });

/** A server that knows what this etcd has: foo.dtk.io of two clusters, one of which has changed since. */
async function open() {
  await using opened = new AsyncDisposableStack();
  const etcd = opened.use(await startEtcdServer());
  etcd.put({ [`${teamPrefix}/meta`]: writeMeta({ name: "dev", id: "0123456789abcdef" }) });
  for (const cluster of ["a", "b"]) {
    etcd.put({
      [`${teamPrefix}/clusters/${cluster}`]: clusterSettings,
      [`${teamPrefix}/records/${cluster}/foo.dtk.io`]: recordsOfFoo,
      [`${teamPrefix}/heads/${cluster}`]: head(`writer-${cluster}`),
    });
  }
  etcd.put({ [`${teamPrefix}/heads/a`]: head("later") });
  const { client, follower } = opened.use(await followTeamEtcd(etcd, 5n));
  const owned = opened.move();
  return {
    etcd,
    find: (name: string) => findWritings({ client, follower }, name),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

test("the head of then counts, and not that of a later change", async () => {
  await using here = await open();
  const at = "2026-01-01T00:00:00.000Z";
  expect(await here.find("foo.dtk.io")).toEqual({
    ok: true,
    value: [
      { cluster: "a", revision: "3", stamp: { change: "c", by: "writer-a", at } },
      { cluster: "b", revision: "4", stamp: { change: "c", by: "writer-b", at } },
    ],
  });
  expect(await here.find("bar.dtk.io")).toEqual({ ok: true, value: [] });
});

test("of what was compacted nobody is named", async () => {
  await using here = await open();
  here.etcd.compact();
  expect(await here.find("foo.dtk.io")).toMatchObject({
    value: [
      { cluster: "a", revision: "3", stamp: undefined },
      { cluster: "b", revision: "4", stamp: undefined },
    ],
  });
});

test("an etcd that does not answer is a failure, and not a name without a writer", async () => {
  await using here = await open();
  here.etcd.refuse = (method) => (method === "Range" ? { code: codes.unavailable, details: "away" } : undefined);
  expect(await here.find("foo.dtk.io")).toMatchObject({ ok: false, failure: { kind: "unreachable" } });
});
