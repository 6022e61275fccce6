/** Our client against real members of etcd, of three versions, with every fault that it must tell from others. */
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EtcdURL, parseEtcdURL } from "../../src/etcd/address.ts";
import { EtcdClient } from "../../src/etcd/client.ts";
import { type EtcdItem, type WatchNews, rangeOfPrefix } from "../../src/etcd/model.ts";
import { type EtcdCluster, startEtcdCluster } from "../cluster/etcd.ts";
import { eventually } from "../cluster/eventually.ts";
import { etcdTool, etcdVersions } from "../cluster/tools.ts";

function endpointsOf(url: string): EtcdURL["endpoints"] {
  const parsed = parseEtcdURL(url);
  if (parsed === undefined) throw new Error(`no address of etcd: ${url}`);
  return parsed.endpoints;
}

const prefix = "/test/";
const range = rangeOfPrefix(prefix);

async function listAll(client: EtcdClient, pageSize = 1_000): Promise<{ items: EtcdItem[]; revision: bigint }> {
  const items: EtcdItem[] = [];
  const header = await client.list(range, (page) => items.push(...page), { pageSize });
  if (!header.ok) throw new Error(header.failure.trouble.message);
  return { items, revision: header.value.revision };
}

async function put(client: EtcdClient, key: string, value: string): Promise<bigint> {
  const outcome = await client.commit({ compares: [], puts: [{ key, value }], deletes: [] });
  if (outcome.kind !== "done") throw new Error(JSON.stringify(outcome.kind));
  return outcome.header.revision;
}

/** Reads a watch into a list until it is told to stop. */
function follow(client: EtcdClient, from: bigint): { readonly news: WatchNews[] } & AsyncDisposable {
  const ending = new AbortController();
  const news: WatchNews[] = [];
  const reading = (async () => {
    for await (const each of client.watch(range, from, ending.signal)) news.push(each);
  })();
  return {
    news,
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await reading;
    },
  };
}

function eventsOf(news: readonly WatchNews[]): readonly string[] {
  const events = news.flatMap((each) => (each.kind === "events" ? each.events : []));
  return events.map((event) =>
    event.kind === "put" ? `${event.item.key}=${event.item.value.toString()}` : `-${event.key}`,
  );
}

const programs = ["etcd", ...etcdVersions.map(etcdTool)];
const missing = programs.find((path) => path !== "etcd" && !existsSync(path));
const reason = missing === undefined ? "" : ` (${missing} is not built; run: node test/cluster/build.ts)`;

describe.skipIf(missing !== undefined).each(programs)(`%s${reason}`, (program) => {
  let etcd: EtcdCluster;
  let client: EtcdClient;
  beforeAll(async () => {
    etcd = await startEtcdCluster({ members: 1, program });
    client = new EtcdClient({ endpoints: endpointsOf(etcd.url) });
  });
  afterAll(async () => {
    client[Symbol.dispose]();
    await etcd[Symbol.asyncDispose]();
  });

  test("lists keys that are not text once each, in pages as well", async () => {
    const keys = [0xfe, 0xff].map((octet) => Buffer.concat([Buffer.from("/octets/"), Buffer.from([octet])]));
    for (const key of keys) {
      const body = JSON.stringify({ key: key.toString("base64"), value: "" });
      const { status } = await fetch(`${etcd.url.replace("etcd:", "http:")}/v3/kv/put`, { method: "POST", body });
      expect(status).toBe(200);
    }
    let items = 0;
    const take = (page: readonly EtcdItem[]): void => {
      items += page.length;
      if (items > keys.length) throw new Error("listed twice");
    };
    const header = await client.list(rangeOfPrefix("/octets/"), take, { pageSize: 1 });
    expect([header.ok, items]).toEqual([true, keys.length]);
  });

  test("lists at one revision in pages, and goes on from there by watching", async () => {
    for (let index = 0; index < 25; index += 1) await put(client, `${prefix}${String(index).padStart(2, "0")}`, "1");
    const { items, revision } = await listAll(client, 10);
    expect(items).toHaveLength(25);
    await using watch = follow(client, revision + 1n);
    await put(client, `${prefix}00`, "2");
    await client.commit({ compares: [], puts: [{ key: `${prefix}new`, value: "3" }], deletes: [`${prefix}01`] });
    await eventually(() => expect(eventsOf(watch.news)).toEqual([`${prefix}00=2`, `-${prefix}01`, `${prefix}new=3`]));
    expect(watch.news[0]?.kind).toBe("created");
    // What one transaction changes comes in one piece, on a busy machine with what came before it.
    expect(eventsOf(watch.news.slice(-1)).slice(-2)).toEqual([`-${prefix}01`, `${prefix}new=3`]);
  });

  test("a transaction that compares takes place whole or not at all", async () => {
    const key = `${prefix}compared`;
    const first = await put(client, key, "1");
    const txn = { puts: [{ key, value: "2" }], deletes: [] };
    expect((await client.commit({ ...txn, compares: [{ key, modRevision: first + 1n }] })).kind).toBe("lost");
    expect((await client.commit({ ...txn, compares: [{ key, value: "0" }] })).kind).toBe("lost");
    expect((await client.commit({ ...txn, compares: [{ key, modRevision: first }] })).kind).toBe("done");
    const absent = { compares: [{ key: `${prefix}absent`, modRevision: 0n }], puts: [], deletes: [] };
    expect((await client.commit(absent)).kind).toBe("done");
    const read = await client.get(key);
    expect(read).toMatchObject({ ok: true, value: { item: { createRevision: first } } });
    const last = await client.lastChanged(range);
    expect(last).toMatchObject({ ok: true, value: { item: { key } } });
  });

  test("too many operations are refused, which is sure", async () => {
    const puts = Array.from({ length: 129 }, (_, index) => ({ key: `${prefix}many/${index}`, value: "" }));
    const outcome = await client.commit({ compares: [], puts, deletes: [] });
    expect(outcome).toMatchObject({ kind: "refused", failure: { kind: "too-large" } });
  });

  test("what was compacted is told, by a watch as by a list", async () => {
    const old = await put(client, `${prefix}old`, "1");
    await put(client, `${prefix}old`, "2");
    await put(client, `${prefix}old`, "3");
    await etcd.compact();
    await using watch = follow(client, old);
    await eventually(() => expect(watch.news.at(-1)).toMatchObject({ kind: "compacted" }));
    const listed = await client.list(range, () => undefined, { at: old });
    expect(listed).toMatchObject({ ok: false, failure: { kind: "compacted" } });
  });

  test("a member says how it is", async () => {
    const [place = ""] = client.places;
    expect(await client.status(place)).toMatchObject({ ok: true, value: { errors: [], isLearner: false } });
    expect(await client.members()).toMatchObject({ ok: true, value: [{ name: "m1" }] });
  });
});

describe("three members", () => {
  test("another one answers when one is killed, and a watch goes on without loss", async () => {
    await using etcd = await startEtcdCluster();
    using client = new EtcdClient({ endpoints: endpointsOf(etcd.url) });
    const seen: string[] = [];
    const ending = new AbortController();
    let next = (await listAll(client)).revision + 1n;
    const reading = (async () => {
      while (!ending.signal.aborted) {
        for await (const news of client.watch(range, next, ending.signal)) {
          if (news.kind !== "events") continue;
          seen.push(...eventsOf([news]));
          next = news.header.revision + 1n;
        }
      }
    })();
    const written: string[] = [];
    const write = async (value: string): Promise<void> => {
      await eventually(() => put(client, `${prefix}key`, value));
      written.push(`${prefix}key=${value}`);
    };
    await write("before");
    await (await etcd.leader()).kill();
    await write("after");
    await eventually(() => expect(seen.filter((event, index) => seen.indexOf(event) === index)).toEqual(written));
    ending.abort();
    await reading;
  });

  test("without a quorum a watch ends and calls fail, and nothing passes for done", async () => {
    await using etcd = await startEtcdCluster();
    using client = new EtcdClient({ endpoints: endpointsOf(etcd.url) });
    const from = (await put(client, `${prefix}a`, "1")) + 1n;
    await using watch = follow(client, from);
    await eventually(() => expect(watch.news.at(-1)?.kind).toBe("created"));
    for (const member of etcd.members.slice(0, 2)) await member.kill();
    await eventually(() => expect(watch.news.at(-1)).toMatchObject({ kind: "broken" }));
    const outcome = await client.commit({ compares: [], puts: [{ key: `${prefix}a`, value: "2" }], deletes: [] });
    expect(outcome.kind).toBe("unknown");
    expect(await client.get(`${prefix}a`)).toMatchObject({ ok: false });
    for (const member of etcd.members) await member.start();
    await eventually(() => put(client, `${prefix}a`, "3"));
  });
});

describe("who may call", () => {
  test("a client certificate names the user, whose role says what it may", async () => {
    await using etcd = await startEtcdCluster({ members: 1, isEncrypted: true });
    const { certificates } = etcd;
    if (certificates === undefined) throw new Error("no certificates");
    const { readFileSync } = await import("node:fs");
    const tls = {
      authority: readFileSync(certificates.authority, "utf8"),
      certificate: readFileSync(certificates.certificate, "utf8"),
      key: readFileSync(certificates.key, "utf8"),
    };
    const endpoints = endpointsOf(etcd.url);
    using client = new EtcdClient({ endpoints, tls });
    await put(client, `${prefix}a`, "1");

    using strangers = new EtcdClient({ endpoints, tls: { authority: tls.authority } });
    expect(await strangers.get(`${prefix}a`)).toMatchObject({
      ok: false,
      failure: { trouble: { code: "etcd-certificate" } },
    });
    using distrustful = new EtcdClient({ endpoints, tls: { certificate: tls.certificate, key: tls.key } });
    expect(await distrustful.get(`${prefix}a`)).toMatchObject({
      ok: false,
      failure: { trouble: { code: "etcd-certificate" } },
    });
  });

  test("a user and a password: what the role forbids is told, and a wrong password too", async () => {
    await using etcd = await startEtcdCluster({ members: 1, flags: ["--auth-token-ttl=1"] });
    const encode = (text: string): string => Buffer.from(text).toString("base64");
    await etcd.call("auth/user/add", { name: "root", password: "r" });
    await etcd.call("auth/user/grant", { user: "root", role: "root" });
    await etcd.call("auth/user/add", { name: "team", password: "secret" });
    await etcd.call("auth/role/add", { name: "team" });
    const perm = { permType: "READWRITE", key: encode(prefix), range_end: encode("/test0") };
    await etcd.call("auth/role/grant", { name: "team", perm });
    await etcd.call("auth/user/grant", { user: "team", role: "team" });
    await etcd.call("auth/enable", {});
    const endpoints = endpointsOf(etcd.url);
    using client = new EtcdClient({ endpoints, login: { user: "team", password: "secret" } });
    const revision = await put(client, `${prefix}a`, "1");
    await using watch = follow(client, revision);
    await eventually(() => expect(eventsOf(watch.news)).toEqual([`${prefix}a=1`]));
    // The token lives for a second, and is had again.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await put(client, `${prefix}a`, "2");
    await eventually(() => expect(eventsOf(watch.news)).toContain(`${prefix}a=2`));
    expect(await client.get("/other")).toMatchObject({ ok: false, failure: { kind: "denied" } });
    const denied: WatchNews[] = [];
    for await (const news of client.watch(rangeOfPrefix("/other/"), 0n, new AbortController().signal))
      denied.push(news);
    expect(denied).toMatchObject([{ kind: "refused", failure: { kind: "denied" } }]);
    using wrong = new EtcdClient({ endpoints, login: { user: "team", password: "wrong" } });
    expect(await wrong.get(`${prefix}a`)).toMatchObject({ ok: false, failure: { kind: "login-refused" } });
    using nobody = new EtcdClient({ endpoints });
    expect(await nobody.get(`${prefix}a`)).toMatchObject({ ok: false, failure: { kind: "login-refused" } });
  });
});

test("without anybody there the failure says where", async () => {
  using client = new EtcdClient({ endpoints: [{ host: "127.0.0.1", port: 1 }] });
  expect(await client.get("x")).toMatchObject({
    ok: false,
    failure: { kind: "unreachable", trouble: { code: "etcd-unreachable" } },
  });
});
