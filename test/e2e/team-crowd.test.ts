/**
 * As many desktops as one team server may have are cut off at once, by the network and by the death of the server. Each comes
 * back after a time that chance decides, goes on where it was, and is told every revision once; the server answers others
 * meanwhile. The desktops are the product's own followers in one process; see `crowd.ts` for what they leave out.
 */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { teamAboutSchema } from "../../src/contract/follow.ts";
import { type Crowd, type Member, gatherCrowd, isLive } from "../cluster/crowd.ts";
import { eventually } from "../cluster/eventually.ts";
import { type FollowedServer, followedDomain, openFollowedServer } from "../cluster/followed-server.ts";
import { startProgram } from "../cluster/program.ts";
import { type TeamServer, startTeamServer } from "../cluster/team-server.ts";
import { etcdClientOf } from "../support/etcd-puts.ts";
import { curl, ingressEndpoint } from "../support/http.ts";
import { residentBytes } from "../support/resident-memory.ts";

/** Desktops. One server takes 10,000, which a run by hand should have: it takes two minutes. */
const many = Number(process.env["TEAM_FOLLOWERS"] ?? 2_000);

/** Bytes that a server may take once all are back; with 10,000 desktops it takes some 250 MiB. */
const memoryMost = 350 * 1024 ** 2;

const started = new AsyncDisposableStack();
/** The first revision after all desktops had joined, and the names that were written since, each by one revision. */
let first: bigint;
let written = 0;
let followed: FollowedServer;
let crowd: Crowd;
/** Where a POST goes while the other server is away. */
let other: TeamServer;

beforeAll(async () => {
  followed = started.use(await openFollowedServer(many));
  other = started.use(await startTeamServer({ etcd: followed.etcd }));
  const { tokens, followPort } = followed;
  const authorization = `Bearer ${tokens[0]}`;
  const about = await curl(`http://127.0.0.1:${followPort}/team`, { headers: { authorization } });
  const team = teamAboutSchema.parse(JSON.parse(about.text)).id;
  const start = performance.now();
  crowd = started.use(await gatherCrowd({ port: followPort, tokens, team, domain: followedDomain }));
  say("joined", start);
  first = await nextRevision();
});

afterAll(() => started.disposeAsync());

/** The revision that the next change will have. */
async function nextRevision(): Promise<bigint> {
  using client = etcdClientOf(followed.etcd);
  const now = await client.get("/skydns");
  return now.ok ? now.value.header.revision + 1n : expect.fail(now.failure.trouble.message);
}

/** Every revision from the first on that changed what the desktops read, as etcd tells it now. */
async function revisions(): Promise<readonly string[]> {
  using client = etcdClientOf(followed.etcd);
  const range = { from: "/skydns/com/example/dev/", until: "/skydns/com/example/dev0" };
  const last = await client.lastChanged(range);
  const end = last.ok ? (last.value.item?.modRevision ?? 0n) : 0n;
  const found = new Set<bigint>();
  for await (const news of client.watch(range, first, AbortSignal.timeout(60_000))) {
    if (news.kind === "events") for (const { modRevision } of news.events) found.add(modRevision);
    if (found.has(end)) break;
  }
  return [...found].map(String);
}

test("cut off by the network, all go on where they were, and the server answers meanwhile", async () => {
  const server = followed.server();
  await write(server, "before-the-cut");
  await crowd.all("told of it", shows("before-the-cut"));
  const health = await askForHealth();
  const start = performance.now();
  expect(crowd.cut()).toBe(many);
  await write(server, "during-the-cut");
  await crowd.all("told of it", shows("during-the-cut"));
  say("all are back after the cut", start, await health.end());
  await agree();
});

test("cut off by the death of the server, all go on when it is back", async () => {
  await write(other, "before-the-death");
  await crowd.all("told of it", shows("before-the-death"));
  await followed.kill();
  await crowd.all("cut off", ({ facts }) => facts().state === "unreachable");
  expect(crowd.members.filter(isLive)).toEqual([]);
  await write(other, "during-the-death");
  const start = performance.now();
  await followed.start();
  const health = await askForHealth();
  await write(followed.server(), "after-the-death");
  await crowd.all("back", (member) => isLive(member) && shows("after-the-death")(member));
  say("all are back after the server's start", start, await health.end());
  await agree();
});

/** Writes a name by one POST, as ExternalDNS does. */
async function write(server: TeamServer, label: string): Promise<void> {
  expect(await server.post("a", { create: [ingressEndpoint(`${label}.${followedDomain}`)] })).toBe(204);
  written += 1;
}

function shows(label: string): (member: Member) => boolean {
  return (member) => member.shows(`${label}.${followedDomain}`);
}

/** Asks the server for its health from another process, from now on. */
async function askForHealth(): Promise<{ readonly end: () => Promise<string> }> {
  const script = join(import.meta.dirname, "..", "support", "health-caller.ts");
  const caller = await startProgram([process.execPath, script, String(followed.server().port)]);
  started.use(caller);
  await eventually(() => expect(caller.log()).not.toBe(""));
  return {
    end: async () => {
      await caller.stop();
      const { counts, slowest } = JSON.parse(caller.log().split("\n")[1] ?? "") as {
        counts: Record<string, number>;
        slowest: number;
      };
      expect(Object.keys(counts)).toEqual(["200"]);
      return `/healthz answered ${counts["200"]} times, after ${slowest} ms at most`;
    },
  };
}

/** Every desktop was told every revision once and in order, listed once, and has the server's names; the server is not too large. */
async function agree(): Promise<void> {
  const server = followed.server();
  await eventually(async () => {
    const metrics = (await server.get("/metrics")).text;
    expect(/^hostsfile_team_followers (\d+)$/m.exec(metrics)?.[1]).toBe(String(many));
  });
  const told = await revisions();
  expect(told).toHaveLength(written);
  const all = JSON.stringify({ told, names: await server.names("a"), relists: { first: 1 } });
  const found = crowd.members.map(({ told: heard, names, facts }) =>
    JSON.stringify({ told: heard, names: names(), relists: facts().relists }),
  );
  // Each that is seen once, and not ten thousand times.
  expect(new Set(found)).toEqual(new Set([all]));
  await eventually(() => expect(residentBytes(server.pid)).toBeLessThan(memoryMost));
}

/** Prints what a run measured; nothing is asserted of it. */
function say(what: string, start: number, more = ""): void {
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const { times, longestWait } = crowd.asked();
  const waits = `asked ${times} times so far, waited ${(longestWait / 1000).toFixed(1)} s at most`;
  const memory = `${(residentBytes(followed.server().pid) / 1024 ** 2).toFixed(0)} MiB resident`;
  console.log(`${many} desktops: ${[`${what}: ${seconds} s`, waits, memory, more].filter(Boolean).join("; ")}`);
}
