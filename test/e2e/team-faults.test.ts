/**
 * Three members of etcd, two team servers and two desktops, with a writer on each server, through faults that are made for
 * real. After each of them everybody has exactly what was acknowledged, and nothing else.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Desktop, openDesktop } from "../cluster/desktop.ts";
import { type Door, openDoor } from "../cluster/door.ts";
import { type EtcdCluster, startEtcdCluster } from "../cluster/etcd.ts";
import { eventually, freePort } from "../cluster/eventually.ts";
import { type FarNetwork, openFarNetwork } from "../cluster/far-network.ts";
import { reachPort } from "../cluster/forward.ts";
import { run, startProgram } from "../cluster/program.ts";
import { type Server, runCommand, startServer } from "../cluster/server.ts";
import { type TeamServer, configure, runTeamCommand, startTeamServer, storeFlags } from "../cluster/team-server.ts";
import { type Source, agreeOn, startWriters } from "../cluster/team-writers.ts";
import { etcdTool } from "../cluster/tools.ts";
import { ingressEndpoint } from "../support/http.ts";

/** Times that each fault is made; `TEAM_ROUNDS=20` takes an hour. */
const rounds = Number(process.env["TEAM_ROUNDS"] ?? 1);

/** Milliseconds for which something is frozen, cut off or slow; `TEAM_FAULT=30000` is long enough for every timer of etcd. */
const lasts = Number(process.env["TEAM_FAULT"] ?? 2_500);

const domain = "dev.example.com";
const started = new AsyncDisposableStack();
let etcd: EtcdCluster;
let far: FarNetwork;
/** Before each member, for one server and one desktop. */
let doors: readonly Door[];
let one: TeamServer;
let other: TeamServer;
let near: Desktop;
let remote: Desktop;
let nearServer: Server;
let sources: readonly Source[];

const portOf = (place: string): number => Number(place.split(":")[1]);

beforeAll(async () => {
  etcd = started.use(await startEtcdCluster({ program: etcdTool("v3.6.5") }));
  await runTeamCommand("team", "init", "dev", ...storeFlags(etcd));
  const ports = etcd.members.map(({ place }) => portOf(place));
  doors = await Promise.all(ports.map((port) => openDoor(port)));
  for (const door of doors) started.use(door);
  far = started.use(await openFarNetwork(ports));
  await startOne();
  started.defer(async () => void (await one.stop("SIGKILL")));
  const port = await freePort();
  started.use(await reachPort(port, far.enter));
  const farURL = `etcd://${ports.map((each) => `${far.address}:${each}`).join(",")}`;
  other = await startTeamServer({
    etcd: { url: farURL, certificates: undefined },
    enter: far.enter,
    port,
    flags: ["--store-insecure"],
  });
  started.defer(async () => void (await other.stop("SIGKILL")));
  await configure(one, "a", "192.168.1.1", domain);
  await configure(other, "b", "192.168.1.2", domain);
  sources = [
    { cluster: "a", address: "192.168.1.1", server: () => one },
    { cluster: "b", address: "192.168.1.2", server: () => other },
  ];
  near = started.use(await openDesktop());
  nearServer = await startServer({ desktop: near, flags: [] });
  started.defer(async () => void (await nearServer.stop()));
  const doorURL = `etcd://${doors.map((door) => `127.0.0.1:${door.port}`).join(",")}`;
  await runCommand(near, "join", doorURL, ...joining(nearServer.port));
  const far2 = await openDesktop();
  remote = started.use({ ...far2, enter: far.enter });
  const remotePort = await freePort();
  started.use(await reachPort(remotePort, far.enter));
  const remoteServer = await startServer({ desktop: remote, flags: [], port: remotePort });
  started.defer(async () => void (await remoteServer.stop()));
  await runCommand(remote, "join", farURL, "--insecure", ...joining(remotePort));
});

afterAll(() => started.disposeAsync());

function joining(port: number): readonly string[] {
  return [`--domains=${domain}`, "--yes", `--port=${port}`, "--host=127.0.0.1"];
}

async function startOne(): Promise<void> {
  const url = `etcd://${doors.map((door) => `127.0.0.1:${door.port}`).join(",")}`;
  one = await startTeamServer({ etcd: { url, certificates: undefined } });
}

/**
 * Writes while a fault is made and after it, and checks what became of it.
 *
 * @returns the number of changes that were acknowledged
 */
async function through(fault: () => Promise<void>): Promise<number> {
  let acknowledged = 0;
  for (let round = 0; round < rounds; round += 1) {
    const writers = startWriters(sources, domain);
    try {
      await writers.advance();
      await fault();
      await writers.advance();
    } finally {
      const stored = await writers.end();
      acknowledged += writers.acknowledged();
      await agreeOn(stored, { etcd, servers: [one, other], desktops: [near, remote], sources });
      await clear(stored);
    }
  }
  return acknowledged;
}

async function clear(stored: ReadonlyMap<string, readonly string[]>): Promise<void> {
  for (const { cluster, server } of sources) {
    const gone = (stored.get(cluster) ?? []).map(ingressEndpoint);
    await eventually(async () => expect(await server().post(cluster, { delete: gone })).toBe(204));
  }
}

test("the leader stands still", async () => {
  const acknowledged = await through(async () => {
    const leader = await etcd.leader();
    leader.signal("SIGSTOP");
    await sleep(lasts);
    leader.signal("SIGCONT");
  });
  expect(acknowledged).toBeGreaterThan(10);
});

test("a server and a desktop are cut off in silence, say so, and keep what they show", async () => {
  const acknowledged = await through(async () => {
    const before = await remote.added();
    await far.cut();
    try {
      expect(await other.post("b", { create: [ingressEndpoint(`cut.${domain}`)] })).toBe(503);
      const { attention } = await other.status();
      expect(attention.map(({ code }) => code).filter((code) => /^(?:etcd|team)-/.test(code))).not.toEqual([]);
      expect((await remote.added()).length).toBeGreaterThan(0);
      expect(before.length).toBeGreaterThan(0);
    } finally {
      await far.heal();
    }
    await eventually(async () =>
      expect(await other.post("b", { delete: [ingressEndpoint(`cut.${domain}`)] })).toBe(204),
    );
  });
  expect(acknowledged).toBeGreaterThan(10);
});

test("the cable of a server and a desktop is out for a while", async () => {
  const acknowledged = await through(async () => {
    await far.unplug();
    await sleep(lasts);
    await far.plug();
  });
  expect(acknowledged).toBeGreaterThan(10);
});

test("connections are cut again right after each reconnect", async () => {
  const acknowledged = await through(async () => {
    const end = performance.now() + lasts;
    while (performance.now() < end) {
      for (const door of doors) door.cut();
      await sleep(Math.random() * 200);
    }
  });
  expect(acknowledged).toBeGreaterThan(10);
});

test("a server is killed between the transactions of a large change, which is completed when it is asked for again", async () => {
  const names = Array.from({ length: 1_500 }, (_, index) => `bulk${index}.${domain}`);
  const create = { create: names.map(ingressEndpoint) };
  const posting = one.post("a", create).catch(() => 0);
  const records = async (): Promise<number> => (await etcd.list("/hostsfile-server/v1/records/a/bulk")).size;
  await eventually(async () => expect(await records()).toBeGreaterThan(0), { intervalMs: 1 });
  await one.stop("SIGKILL");
  await posting;
  const part = await records();
  expect(part).toBeGreaterThan(0);
  await startOne();
  await eventually(async () => expect(await one.post("a", create)).toBe(204));
  await agreeOn(new Map([["a", names.toSorted()]]), { etcd, servers: [one, other], desktops: [near, remote], sources });
  expect(await one.post("a", { delete: names.map(ingressEndpoint) })).toBe(204);
});

test.runIf(existsSync("/usr/bin/strace"))("every disk is slow (needs strace)", async () => {
  const acknowledged = await through(async () => {
    // Each fdatasync of a member takes a fifth of a second more.
    const flags = ["-f", "-e", "trace=fdatasync,fsync", "-e", "inject=fdatasync,fsync:delay_exit=200000"];
    const slowing = await Promise.all(
      etcd.members.map((member) => startProgram(["strace", ...flags, "-o", "/dev/null", "-p", String(member.pid())])),
    );
    await sleep(lasts);
    for (const program of slowing) await program.stop("SIGINT");
  });
  expect(acknowledged).toBeGreaterThan(10);
});

test("a server whose clock is an hour ahead, and one whose clock is an hour behind", async () => {
  // What the C library says of the time of day is an hour off; etcd's members do not ask it.
  const library = join(near.stateFolder, "..", "clock.so");
  const source = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
int clock_gettime(clockid_t id, struct timespec *t) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int r = real(id, t);
  if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE) t->tv_sec += atol(getenv("CLOCK_OFF") ? getenv("CLOCK_OFF") : "0");
  return r;
}
int gettimeofday(struct timeval *t, void *z) {
  struct timespec s;
  clock_gettime(CLOCK_REALTIME, &s);
  t->tv_sec = s.tv_sec;
  t->tv_usec = s.tv_nsec / 1000;
  return 0;
}
`;
  await run(["gcc", "-shared", "-fPIC", "-x", "c", "-o", library, "-", "-ldl"], { input: source });
  const off = (seconds: number): Promise<TeamServer> =>
    startTeamServer({ etcd, environment: { LD_PRELOAD: library, CLOCK_OFF: String(seconds) } });
  await using ahead = await off(3_600);
  await using behind = await off(-3_600);
  const [early, late] = [await behind.status(), await ahead.status()];
  expect(Date.parse(late.server.since) - Date.parse(early.server.since)).toBeGreaterThan(7_000_000);
  const names = ["ahead", "behind"].map((name) => `${name}.${domain}`);
  expect(await ahead.post("a", { create: [ingressEndpoint(names[0] ?? "")] })).toBe(204);
  expect(await behind.post("a", { create: [ingressEndpoint(names[1] ?? "")] })).toBe(204);
  for (const server of [ahead, behind, one]) expect(await server.names("a")).toEqual(names);
  expect(await behind.post("a", { delete: names.map(ingressEndpoint) })).toBe(204);
  expect(await ahead.names("a")).toEqual([]);
});

test("a member is replaced by a new one", async () => {
  const acknowledged = await through(async () => {
    const [member] = etcd.members;
    await member?.replace();
  });
  expect(acknowledged).toBeGreaterThan(10);
});

test.runIf(existsSync(etcdTool("v3.7.3")))(
  "the members are upgraded one after the other (needs etcd v3.7.3: node test/cluster/build.ts)",
  async () => {
    const acknowledged = await through(async () => {
      for (const member of etcd.members) {
        await member.kill();
        await member.start(etcdTool("v3.7.3"));
        // All are there again before the next goes.
        await eventually(async () => {
          await run(["curl", "-sSf", "-m", "2", `http://${member.place}/health`]);
        });
      }
    });
    expect(acknowledged).toBeGreaterThan(10);
  },
);
