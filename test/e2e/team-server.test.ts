/** Team servers on a real etcd: what ExternalDNS sends is stored there, read back on any server, and answered by the real CoreDNS. */
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CoreDNS, startCoreDNS } from "../cluster/coredns.ts";
import { type EtcdCluster, startEtcdCluster } from "../cluster/etcd.ts";
import { eventually } from "../cluster/eventually.ts";
import { type TeamServer, configure, runTeamCommand, startTeamServer, storeFlags } from "../cluster/team-server.ts";
import { tools } from "../cluster/tools.ts";
import { ingressEndpoint } from "../support/http.ts";

const create = (...names: readonly string[]): object => ({ create: names.map(ingressEndpoint) });
const remove = (...names: readonly string[]): object => ({ delete: names.map(ingressEndpoint) });

describe("a team on three members", () => {
  let etcd: EtcdCluster;
  let one: TeamServer;
  let other: TeamServer;
  let coredns: CoreDNS | undefined;
  beforeAll(async () => {
    etcd = await startEtcdCluster();
    await runTeamCommand("team", "init", "dev", ...storeFlags(etcd));
    [one, other] = await Promise.all([startTeamServer({ etcd }), startTeamServer({ etcd })]);
    await configure(one, "a", "192.0.2.1", "dtk.io");
    await configure(other, "b", "192.0.2.2", "dtk.io");
    const endpoints = etcd.members.map(({ place }) => `http://${place}`);
    if (existsSync(tools.coredns)) coredns = await startCoreDNS(["dtk.io"], endpoints);
  });
  afterAll(async () => {
    await coredns?.[Symbol.asyncDispose]();
    await Promise.all([one, other].map((server) => server.stop()));
    await etcd[Symbol.asyncDispose]();
  });

  test("what one server acknowledged, the other has at once, and etcd has it in one transaction", async () => {
    for (let index = 0; index < 20; index += 1) {
      expect(await one.post("a", create(`n${index}.dtk.io`))).toBe(204);
      expect(await other.names("a")).toContain(`n${index}.dtk.io`);
      expect(await other.post("a", remove(`n${index}.dtk.io`))).toBe(204);
      expect(await one.names("a")).toEqual([]);
    }
    expect(await one.post("a", create("foo.dtk.io"))).toBe(204);
    const [record] = await etcd.list("/hostsfile-server/v1/records/a/foo.dtk.io");
    const published = await etcd.list("/skydns/io/dtk/foo/");
    expect(JSON.parse(record?.[1] ?? "")).toEqual({ "external-dns": [ingressEndpoint("foo.dtk.io")] });
    expect([...published.values()].map((text) => JSON.parse(text) as unknown)).toMatchObject([
      { host: "192.0.2.1", cluster: "a", group: "foo.dtk.io", targetstrip: 1 },
    ]);
    const { notShown, sinks } = await other.status();
    expect(notShown.list).toEqual([]);
    expect(sinks).toMatchObject([{ id: "skydns", ok: true }]);
    expect(await one.post("a", remove("foo.dtk.io"))).toBe(204);
  });

  test("CoreDNS answers as the servers say, NODATA and NXDOMAIN included", async (context) => {
    if (coredns === undefined) return context.skip("CoreDNS is not built");
    const { ask } = coredns;
    expect(await one.post("a", create("foo.dtk.io", "x.foo.dtk.io", "deep.y.dtk.io"))).toBe(204);
    expect(await ask("foo.dtk.io", "A")).toEqual({ code: "NOERROR", data: ["192.0.2.1"] });
    expect(await ask("x.foo.dtk.io", "A")).toEqual({ code: "NOERROR", data: ["192.0.2.1"] });
    expect(await ask("foo.dtk.io", "AAAA")).toEqual({ code: "NOERROR", data: [] });
    expect(await ask("y.dtk.io", "A")).toEqual({ code: "NOERROR", data: [] });
    expect(await ask("dtk.io", "A")).toEqual({ code: "NOERROR", data: [] });
    expect(await ask("none.dtk.io", "A")).toEqual({ code: "NXDOMAIN", data: [] });
    // The holder goes, and the next that wants the name has it in the same moment.
    expect(await other.post("b", create("foo.dtk.io"))).toBe(204);
    expect(await ask("foo.dtk.io", "A")).toEqual({ code: "NOERROR", data: ["192.0.2.1"] });
    expect(await other.post("a", remove("foo.dtk.io"))).toBe(204);
    expect(await ask("foo.dtk.io", "A")).toEqual({ code: "NOERROR", data: ["192.0.2.2"] });
    await configure(one, "b", "192.0.2.9");
    expect(await ask("foo.dtk.io", "A")).toEqual({ code: "NOERROR", data: ["192.0.2.9"] });
    await configure(one, "b", "192.0.2.2");
    expect(await one.post("b", remove("foo.dtk.io"))).toBe(204);
    expect(await ask("foo.dtk.io", "A")).toEqual({ code: "NOERROR", data: [] });
    expect(await one.post("a", remove("x.foo.dtk.io", "deep.y.dtk.io"))).toBe(204);
    expect(await ask("foo.dtk.io", "A")).toEqual({ code: "NXDOMAIN", data: [] });
  });

  test("what somebody else changes in the projection is put right, and what is foreign stays", async () => {
    expect(await one.post("a", create("foo.dtk.io"))).toBe(204);
    const key = "/skydns/io/dtk/foo/hfs4";
    const before = (await etcd.list(key)).get(key);
    await etcd.put("/skydns/io/dtk/foreign/1a2b3c4d", '{"host":"192.0.2.77"}');
    await etcd.delete(key);
    await eventually(async () => expect((await etcd.list(key)).get(key)).toBe(before));
    await etcd.put(key, '{"host":"203.0.113.1"}');
    await eventually(async () => expect((await etcd.list(key)).get(key)).toBe(before));
    await etcd.put("/skydns/io/dtk/gone/hfs4", '{"host":"203.0.113.1"}');
    await eventually(async () => expect((await etcd.list("/skydns/io/dtk/gone/")).size).toBe(0));
    expect((await etcd.list("/skydns/io/dtk/foreign/")).size).toBe(1);
    await etcd.delete("/skydns/io/dtk/foreign/1a2b3c4d");
    expect(await one.post("a", remove("foo.dtk.io"))).toBe(204);
  });

  test("many names in one request are stored in chunks, and all of them are there", async () => {
    const names = Array.from({ length: Number(process.env["TEAM_NAMES"] ?? 500) }, (_, index) => `n${index}.dtk.io`);
    expect(await one.post("a", create(...names))).toBe(204);
    expect(await other.names("a")).toEqual(names.toSorted());
    expect((await etcd.list("/skydns/io/dtk/n")).size).toBe(names.length);
    expect(await other.post("a", remove(...names))).toBe(204);
    expect(await one.names("a")).toEqual([]);
    expect((await etcd.list("/skydns/io/dtk/n")).size).toBe(0);
  });

  test("two servers that change the same cluster at once lose nothing", async () => {
    const write = async (server: TeamServer, names: readonly string[]): Promise<void> => {
      for (const name of names) await eventually(async () => expect(await server.post("a", create(name))).toBe(204));
    };
    const [left, right] = ["l", "r"].map((side) => Array.from({ length: 20 }, (_, index) => `${side}${index}.dtk.io`));
    await Promise.all([write(one, left ?? []), write(other, right ?? [])]);
    const all = [...(left ?? []), ...(right ?? [])].toSorted();
    expect(await one.names("a")).toEqual(all);
    expect(await other.names("a")).toEqual(all);
    expect(await one.post("a", remove(...all))).toBe(204);
  });

  test("a leader that is killed costs no acknowledged name; without a quorum it is 503, and said", async () => {
    const acknowledged: string[] = [];
    const over = new AbortController();
    const write = async (server: TeamServer, cluster: string): Promise<void> => {
      for (let index = 0; !over.signal.aborted; index += 1) {
        const name = `${cluster}${index}.dtk.io`;
        if ((await server.post(cluster, create(name))) === 204) acknowledged.push(`${cluster} ${name}`);
      }
    };
    const writing = Promise.all([write(one, "a"), write(other, "b")]);
    await eventually(() => expect(acknowledged.length).toBeGreaterThan(20));
    const leader = await etcd.leader();
    await leader.kill();
    const soFar = acknowledged.length;
    await eventually(() => expect(acknowledged.length).toBeGreaterThan(soFar + 20));
    await leader.start();
    over.abort();
    await writing;
    const stored = new Set<string>();
    for (const cluster of ["a", "b"]) for (const name of await one.names(cluster)) stored.add(`${cluster} ${name}`);
    expect(acknowledged.filter((entry) => !stored.has(entry))).toEqual([]);

    const [first, second] = etcd.members;
    await Promise.all([first?.kill(), second?.kill()]);
    expect(await one.post("a", create("late.dtk.io"))).toBe(503);
    expect((await other.get("/clusters/a/records")).status).toBe(503);
    await eventually(async () => {
      const { attention } = await other.status();
      expect(attention.map(({ code }) => code).filter((code) => code.startsWith("etcd-"))).not.toEqual([]);
    });
    // What is shown stays.
    expect((await other.status()).names.total).toBe(stored.size);
    await Promise.all([first?.start(), second?.start()]);
    await eventually(async () => expect(await one.post("a", create("late.dtk.io"))).toBe(204));
    await eventually(async () => expect((await other.get("/readyz")).status).toBe(200));
    for (const cluster of ["a", "b"]) {
      expect(await other.post(cluster, remove(...(await other.names(cluster))))).toBe(204);
    }
  });

  test("compaction while a server looks away costs nothing", async () => {
    process.kill(other.pid, "SIGSTOP");
    expect(await one.post("a", create("foo.dtk.io"))).toBe(204);
    await etcd.compact();
    process.kill(other.pid, "SIGCONT");
    await eventually(async () => expect(await other.names("a")).toEqual(["foo.dtk.io"]));
    expect(await one.post("a", remove("foo.dtk.io"))).toBe(204);
  });
});

test("an etcd without a team is not taken for an empty one", async () => {
  await using etcd = await startEtcdCluster({ members: 1 });
  await using server = await startTeamServer({ etcd, until: "answering" });
  expect(await server.post("default", create("foo.dtk.io"))).toBe(503);
  const codes = async (): Promise<readonly string[]> => (await server.status()).attention.map(({ code }) => code);
  await eventually(async () => expect(await codes()).toContain("team-not-there"));
  await runTeamCommand("team", "init", "dev", ...storeFlags(etcd));
  await eventually(async () => expect((await server.get("/readyz")).status).toBe(200));
  await configure(server, "default", "192.0.2.1", "dtk.io");
  expect(await server.post("default", create("foo.dtk.io"))).toBe(204);
  // Another team's data in its place is not shown, and nothing is written to it.
  await etcd.put("/hostsfile-server/v1/meta", '{"name":"other","id":"fedcba9876543210"}');
  await eventually(async () => expect(await codes()).toContain("team-replaced"));
  expect(await server.post("default", create("bar.dtk.io"))).toBe(503);
  expect((await server.status()).names.total).toBe(1);
});
