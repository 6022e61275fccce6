/** What a team server makes of a real etcd on bad days: another team's identity, answers that never come, limits, and what its commands say. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EtcdClient } from "../../src/etcd/client.ts";
import { CallMemory } from "../../src/team-server/call-memory.ts";
import { Follower } from "../../src/team-server/follower.ts";
import { type BadWire, carryAll, layBadWire } from "../cluster/bad-wire.ts";
import { type EtcdCluster, startEtcdCluster } from "../cluster/etcd.ts";
import { eventually } from "../cluster/eventually.ts";
import { run } from "../cluster/program.ts";
import { type TeamServer, configure, runTeamCommand, startTeamServer, storeFlags } from "../cluster/team-server.ts";
import { curl, ingressEndpoint, postRecords } from "../support/http.ts";

const create = (...names: readonly string[]): object => ({ create: names.map(ingressEndpoint) });
const own = "/hostsfile-server/v1";
const launcher = join(import.meta.dirname, "..", "..", "hostsfile-server");

describe("one server on one member", () => {
  let etcd: EtcdCluster;
  let wire: BadWire;
  let server: TeamServer;
  beforeAll(async () => {
    etcd = await startEtcdCluster({ members: 1 });
    wire = await layBadWire(Number(etcd.members[0]?.place.split(":")[1]));
    await runTeamCommand("team", "init", "dev", ...storeFlags(etcd));
    server = await startTeamServer({ etcd: { ...etcd, url: `etcd://127.0.0.1:${wire.port}` } });
    await configure(server, "a", "192.0.2.1", "dtk.io", "other.org");
  });
  afterAll(async () => {
    await server.stop();
    await wire[Symbol.asyncDispose]();
    await etcd[Symbol.asyncDispose]();
  });

  test("what is published for a domain goes with the domain", async () => {
    expect(await server.post("a", create("foo.dtk.io", "x.other.org"))).toBe(204);
    expect((await etcd.list("/skydns/org/")).size).toBeGreaterThan(0);
    expect((await curl(`${server.url}/clusters/a/domains/other.org`, { method: "DELETE" })).status).toBe(200);
    expect([...(await etcd.list("/skydns/org/")).keys()]).toEqual([]);
    expect((await etcd.list("/skydns/io/dtk/foo/")).size).toBe(1);
  });

  test("an answer that is cut off after the change took place is found out by reading", async () => {
    for (let index = 0; index < 5; index += 1) {
      const name = `cut${index}.dtk.io`;
      const before = wire.cuts();
      wire.carry = () => {
        wire.carry = carryAll;
        return { at: 0, isCut: true };
      };
      expect(await server.post("a", create(name))).toBe(204);
      expect(wire.cuts()).toBe(before + 1);
      const key = Buffer.from(`${own}/records/a/${name}`).toString("base64");
      // Written once, and not once more because nobody had heard of it.
      expect(await etcd.call("kv/range", { key })).toMatchObject({ kvs: [{ version: "1" }] });
      await eventually(async () => expect((await server.get("/readyz")).status).toBe(200));
    }
  });

  test("cut in the middle of answers, it loses nothing that it acknowledged", async () => {
    let answers = 0;
    wire.carry = (bytes) => {
      answers += 1;
      return answers % 7 === 0 ? { at: Math.floor(bytes.length / 2), isCut: true } : undefined;
    };
    const acknowledged: string[] = [];
    for (let index = 0; index < 12; index += 1) {
      if ((await server.post("a", create(`w${index}.dtk.io`))) === 204) acknowledged.push(`w${index}.dtk.io`);
    }
    wire.carry = carryAll;
    expect(acknowledged.length).toBeGreaterThan(0);
    const stored = await etcd.list(`${own}/records/a/w`);
    expect(acknowledged.filter((name) => !stored.has(`${own}/records/a/${name}`))).toEqual([]);
    await eventually(async () => expect(await server.names("a")).toEqual(expect.arrayContaining(acknowledged)));
  });

  test("limits are those of any other server", async () => {
    const url = `${server.url}/clusters/a`;
    expect((await postRecords(url, { create: "none" })).status).toBe(400);
    const sending = `head -c 34603008 /dev/zero | curl -sS -o /dev/null -w '%{http_code}' --data-binary @- ${url}/records`;
    expect(await run(["sh", "-c", sending])).toBe("413");
    const large = { ...ingressEndpoint("large.dtk.io"), labels: { resource: "x".repeat(70_000) } };
    const long = ingressEndpoint(`${"a".repeat(2_000)}.dtk.io`);
    expect(await server.post("a", { create: [large, long, ingressEndpoint("small.dtk.io")] })).toBe(204);
    const { leftOut } = await server.status();
    expect(leftOut.list.map(({ reason }) => reason).toSorted()).toEqual(["name-too-long", "record-too-large"]);
    // One name with more endpoints than etcd takes in a request.
    const many = Array.from({ length: 30 }, (_, index) => ({
      dnsName: "many.dtk.io",
      recordType: "CNAME",
      targets: ["many.dtk.io"],
      setIdentifier: String(index),
      labels: { resource: "x".repeat(60_000) },
    }));
    expect(await server.post("a", { create: many })).toBe(204);
    expect((await server.status()).leftOut.list.map(({ reason }) => reason)).toContain("store-full");
    const stored = await etcd.list(`${own}/records/a/many.dtk.io`);
    expect([...stored.values()][0]?.length).toBeLessThan(1_100_000);
  });

  test("team log says who changed what, also of a change in several transactions, and how far back", async () => {
    const names = Array.from({ length: 300 }, (_, index) => `log${index}.dtk.io`);
    expect(await server.post("a", create(...names))).toBe(204);
    const entries = (await runTeamCommand("team", "log", ...storeFlags(etcd), "--json"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { by: string | null; cluster: string | null; changes: string[] });
    const ofBulk = entries.filter(({ changes }) => changes.some((change) => change.startsWith("+log")));
    expect(ofBulk.length).toBeGreaterThan(3);
    expect(new Set(ofBulk.map(({ by, cluster }) => `${by === null} ${cluster}`))).toEqual(new Set(["false a"]));
    expect(ofBulk.flatMap(({ changes }) => changes).toSorted()).toEqual(names.map((name) => `+${name}`).toSorted());
    expect(entries[0]?.changes).toEqual(["+team"]);
    await etcd.compact();
    expect(await runTeamCommand("team", "log", ...storeFlags(etcd))).toBe("");
    expect(await server.post("a", create("after.dtk.io"))).toBe(204);
    expect(await runTeamCommand("team", "log", ...storeFlags(etcd))).toMatch(
      /^\d+ {2}\S+ {2}\S+ {2}a {2}\+after\.dtk\.io\n$/,
    );
  });

  test("status, metrics and doctor say how etcd is, and who wrote a name", async () => {
    expect(await server.post("a", create("traced.dtk.io"))).toBe(204);
    const place = [`--port=${server.port}`, "--host=127.0.0.1"];
    await eventually(async () => expect((await server.status()).teamServer?.quorum).toBe(true));
    const text = await runTeamCommand("status", ...place);
    expect(text).toMatch(/^Team dev is kept in etcd, which is followed live/m);
    expect(text).toMatch(/endpoints +127\.0\.0\.1:\d+: etcd 3\.\d+\.\d+, leads/);
    const { text: metrics } = await server.get("/metrics");
    expect(metrics).toContain('hostsfile_team_server_connected{team="dev"} 1');
    expect(metrics).toMatch(/hostsfile_team_server_transactions\{team="dev",result="done"\} \d+/);
    const traced = await run(["sh", "-c", '"$@" || true', "sh", launcher, "doctor", "traced.dtk.io", ...place]);
    expect(traced).toMatch(/The team has traced\.dtk\.io of a, written by \S+ at \d{4}-\S+ \(revision \d+\)/);
    await etcd.put("/skydns/io/dtk/odd/1", "rubbish");
    await etcd.put(`${own}/records/a/odd.dtk.io`, "rubbish");
    const codes = async (): Promise<readonly string[]> => (await server.status()).attention.map(({ code }) => code);
    await eventually(async () =>
      expect(await codes()).toEqual(expect.arrayContaining(["team-value-unreadable", "team-projection-foreign"])),
    );
    await etcd.delete("/skydns/io/dtk/odd/1");
    await etcd.delete(`${own}/records/a/odd.dtk.io`);
    await eventually(async () => expect(await codes()).not.toContain("team-projection-foreign"));
  });

  test("team check says how etcd is, and what in it nobody can read", async () => {
    expect(await runTeamCommand("team", "check", ...storeFlags(etcd))).toMatch(
      /^etcd 3\.\d+\.\d+ at 127\.0\.0\.1:\d+, database of \d+ MiB\nteam dev: \d+ cluster/,
    );
    await etcd.put(`${own}/records/a/rubbish.dtk.io`, "rubbish");
    const failure = await runTeamCommand("team", "check", ...storeFlags(etcd)).catch(
      (error: { code?: number; stdout?: string }) => error,
    );
    expect(failure).toMatchObject({ code: 1 });
    expect((failure as { stdout: string }).stdout).toContain(`PROBLEM  The value of ${own}/records/a/rubbish.dtk.io`);
    expect(await server.names("a")).not.toContain("rubbish.dtk.io");
    await etcd.delete(`${own}/records/a/rubbish.dtk.io`);
  });
});

test("another team's identity is not taken over from the watch, so that nothing planned meanwhile passes", async () => {
  await using etcd = await startEtcdCluster({ members: 1 });
  const meta = `${own}/meta`;
  await etcd.put(meta, '{"name":"dev","id":"0123456789abcdef"}');
  const [place = ""] = etcd.members.map((member) => member.place);
  const [host = "", port] = place.split(":");
  using client = new EtcdClient({ endpoints: [{ host, port: Number(port) }] });
  const seen = new Set<string | undefined>();
  await using follower = new Follower({
    client,
    path: "/skydns",
    memory: new CallMemory(),
    inTurn: async (work) => {
      work();
      seen.add(follower.store?.meta?.id);
    },
    onChange: () => undefined,
    onTrouble: () => undefined,
  });
  follower.start();
  await eventually(() => expect(follower.store?.meta?.name).toBe("dev"));
  await etcd.put(`${own}/heads/a`, "{}");
  await eventually(() => expect([...seen]).toEqual(["0123456789abcdef"]));
  await etcd.put(meta, '{"name":"other","id":"fedcba9876543210"}');
  await eventually(() => expect(follower.refusal?.code).toBe("team-replaced"));
  await sleep(200);
  expect([...seen]).toEqual(["0123456789abcdef"]);
  expect(follower.store?.meta?.name).toBe("dev");
  // The right data back is the team again.
  await etcd.put(meta, '{"name":"dev","id":"0123456789abcdef"}');
  await eventually(() => expect(follower.refusal).toBeUndefined());
});
