/** What an etcd in SkyDNS layout says of who wrote a name: the key and the revision, and nothing that it does not know; and by which connections it is asked. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { expect, test } from "vitest";
import { startEtcdServer } from "../../../test/support/etcd-server.ts";
import { codes } from "../../etcd/failure.ts";
import type { TeamRow } from "../../records/team.ts";
import { EtcdTeamSource } from "./etcd-source.ts";

function row(...keys: readonly string[]): TeamRow {
  const entry = { name: "foo.dtk.io", addresses: [], others: [], ttl: undefined, resource: undefined, refused: [] };
  return { entry, keys: keys.map((key) => [key, "{}"] as const) };
}

async function open() {
  await using opened = new AsyncDisposableStack();
  const etcd = opened.use(await startEtcdServer());
  const source = opened.use(new EtcdTeamSource({ url: etcd.url, isInsecure: false }, ["dtk.io"]));
  const owned = opened.move();
  return { etcd, source, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

test("each key is said with the revision of its own last change", async () => {
  await using here = await open();
  const [first, second] = ["/skydns/io/dtk/foo/1", "/skydns/io/dtk/foo/2"];
  here.etcd.put({ [first]: "{}", [second]: "{}" });
  here.etcd.put({ [second]: "{ }" });
  here.etcd.put({ "/skydns/io/dtk/bar/1": "{}" });
  expect(await here.source.writings(row(first, second, "/skydns/io/dtk/foo/gone"))).toEqual({
    ok: true,
    found: {
      via: here.etcd.place,
      writings: null,
      keys: [
        { key: first, revision: "2" },
        { key: second, revision: "3" },
      ],
    },
  });
});

test("of a name with very many keys some are asked for", async () => {
  await using here = await open();
  const keys = Array.from({ length: 100 }, (_, index) => `/skydns/io/dtk/foo/${index}`);
  here.etcd.put(Object.fromEntries(keys.map((key) => [key, "{}"])));
  const answer = await here.source.writings(row(...keys));
  expect(answer.ok && answer.found.keys.length).toBe(8);
});

test("an etcd that says no is told as trouble", async () => {
  await using here = await open();
  here.etcd.refuse = () => ({ code: codes.permissionDenied, details: "etcdserver: permission denied" });
  expect(await here.source.writings(row("/skydns/io/dtk/foo/1"))).toMatchObject({
    ok: false,
    trouble: { code: expect.stringMatching(/^[a-z]+-[a-z-]+$/) },
  });
});

test("once renewed, it is asked by another connection", async () => {
  await using here = await open();
  let connections = 0;
  const count = (): void => void (connections += 1);
  const list = async (): Promise<number> => {
    expect(await here.source.list(() => undefined, new AbortController().signal)).toMatchObject({ ok: true });
    return connections;
  };
  subscribe("net.client.socket", count);
  try {
    expect([await list(), await list()]).toEqual([1, 1]);
    here.source.renew();
    expect([await list(), await list()]).toEqual([2, 2]);
  } finally {
    unsubscribe("net.client.socket", count);
  }
});
