/** A team: from a POST to the line on another desktop, resuming after an absence, many followers, and what joining costs a start. */
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually, freePort } from "../test/cluster/eventually.ts";
import { followedDomain, openFollowedServer } from "../test/cluster/followed-server.ts";
import { configure } from "../test/cluster/team-server.ts";
import { ingressEndpoint } from "../test/support/http.ts";
import { type Desktop, openDesktop } from "../test/cluster/desktop.ts";
import { openTeamFront } from "../test/cluster/team-front.ts";
import { runCommand, startServer } from "../test/cluster/server.ts";
import { residentBytes } from "../test/support/resident-memory.ts";
import { type Row, latencyRow, limitRow, mebibytes, milliseconds } from "./row.ts";
import { interleave, median } from "./sample.ts";
import { firstAnswer } from "./start.ts";
import { untilShown } from "./until-shown.ts";

const address = "10.0.0.1";

/** Changes, and milliseconds between two. */
const [turns, pause] = [100, 50];

/** Desktops that follow one server; fewer where a run must be short. */
const many = Number(process.env["TEAM_FOLLOWERS"] ?? 10_000);

/** Seconds for which a desktop is away; 600 for the ten minutes of a break. */
const away = Number(process.env["TEAM_AWAY"] ?? 0);

/** In milliseconds and bytes. */
const goals = {
  line: [50, 250],
  resume: 1_000,
  followers: 350 * 1024 * 1024,
  reach: 500,
  start: 60,
  memory: 20 * 1024 * 1024,
} as const;

/** Milliseconds until a server is at rest. */
const rest = 10_000;

const program = join(import.meta.dirname, "..", "dist", "hostsfile-server.js");

/** Through TLS and two servers, with one etcd. */
export async function measureTeam(): Promise<readonly Row[]> {
  await using opened = new AsyncDisposableStack();
  const team = opened.use(await openTeamFront());
  const [one, other] = team.fronts;
  await configure(one.server(), "a", address, "dev.example.com");
  const desktop = opened.use(await openDesktop());
  const server = await startServer({ desktop, flags: [] });
  opened.defer(async () => void (await server.stop()));
  const local = [`--port=${server.port}`, "--host=127.0.0.1"];
  await runCommand(desktop, "join", await team.invite(), "--yes", ...local);
  const times: number[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const name = `n${turn}.dev.example.com`;
    const start = performance.now();
    await (turn % 2 === 0 ? one : other).server().post("a", { create: [ingressEndpoint(name)] });
    await untilShown(desktop, name);
    times.push(performance.now() - start);
    await sleep(pause);
  }
  await Promise.all([one.door.close(), other.door.close()]);
  await server.stop("SIGKILL");
  const names = Array.from({ length: 100 }, (_, index) => `away${index}.dev.example.com`);
  for (const name of names) {
    await one.server().post("a", { create: [ingressEndpoint(name)] });
    await sleep((away * 1000) / names.length);
  }
  await Promise.all([one.door.open(), other.door.open()]);
  const back = await startServer({ desktop, flags: [], port: server.port });
  opened.defer(async () => void (await back.stop()));
  const start = performance.now();
  await untilShown(desktop, names.at(-1) ?? "");
  const resumed = performance.now() - start;
  const relists = (await back.status()).teams?.[0]?.relists ?? {};
  return [
    latencyRow({ what: "team: POST to the line on another desktop, over TLS", times, atMost: goals.line }),
    {
      what: `team: 100 changes that a desktop missed${away > 0 ? ` in ${away} s` : ""}, once it has started`,
      ours: milliseconds(resumed),
      reference: "",
      ratio: undefined,
      goal: `at most ${goals.resume} ms, without a list`,
      met: resumed <= goals.resume && Object.keys(relists).length === 0,
    },
  ];
}

/** A desktop that has joined a team, against one that has not. */
export async function measureTeamStart(): Promise<readonly Row[]> {
  await using opened = new AsyncDisposableStack();
  const team = opened.use(await openTeamFront());
  const [alone, member] = [opened.use(await openDesktop()), opened.use(await openDesktop())];
  await configure(team.fronts[0].server(), "a", address, "dev.example.com");
  const server = await startServer({ desktop: member, flags: [] });
  await runCommand(member, "join", await team.invite(), "--yes", `--port=${server.port}`, "--host=127.0.0.1");
  await server.stop();
  const port = await freePort();
  const start =
    ({ hostsFile, stateFolder }: Desktop) =>
    (): Promise<number> => {
      const words = [program, `--hosts-file=${hostsFile}`, `--state-dir=${stateFolder}`, `--port=${port}`, "--dns=off"];
      return firstAnswer({ command: process.execPath, words, port, environment: process.env });
    };
  // The first start fills the compile cache.
  for (const desktop of [alone, member]) await start(desktop)();
  const times = await interleave(15, { alone: start(alone), member: start(member) });
  const servers = await Promise.all([alone, member].map((desktop) => startServer({ desktop, flags: ["--dns=off"] })));
  await sleep(rest);
  const [without = 0, withTeam = 0] = servers.map(({ pid }) => residentBytes(pid));
  for (const each of servers) await each.stop();
  return [
    {
      what: "start to first answer with a team",
      ours: milliseconds(times.member),
      reference: `without one: ${milliseconds(times.alone)}`,
      ratio: times.member / times.alone,
      goal: `at most ${goals.start} ms more`,
      met: times.member - times.alone <= goals.start,
    },
    {
      what: "resident memory at rest with a team without names",
      ours: mebibytes(withTeam),
      reference: `without one: ${mebibytes(without)}`,
      ratio: withTeam / without,
      goal: `at most ${mebibytes(goals.memory)} more`,
      met: withTeam - without <= goals.memory,
    },
  ];
}

/** Many followers on one server, on loopback and without TLS, as behind an ingress. */
export async function measureFollowers(): Promise<readonly Row[]> {
  await using opened = new AsyncDisposableStack();
  const followed = opened.use(await openFollowedServer(many));
  const { followPort: port, tokens } = followed;
  const server = followed.server();
  await server.post("a", { create: [ingressEndpoint(`first.${followedDomain}`)] });
  const authorizations = tokens.map((token) => `Bearer ${token}`);
  const { position } = await lastLine(port, authorizations[0] ?? "");
  const query = new URLSearchParams(position).toString();
  let heard = 0;
  let moments: number[] = [];
  for (let count = 0; count < many; count += 100) {
    await Promise.all(
      Array.from({ length: Math.min(100, many - count) }, async (_, index) => {
        const authorization = authorizations[count + index] ?? "";
        const response = await ask(port, `/team/changes?${query}`, authorization);
        opened.defer(() => void response.destroy());
        response.on("data", (chunk: Buffer) => {
          if (!chunk.includes("/com/example/dev/")) return;
          heard += 1;
          moments.push(performance.now());
        });
      }),
    );
  }
  await sleep(3_000);
  const rounds: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    [heard, moments] = [0, []];
    const start = performance.now();
    await server.post("a", { create: [ingressEndpoint(`r${round}.${followedDomain}`)] });
    await eventually(() => {
      if (heard < many) throw new Error(`${heard} of ${many} heard of it`);
    });
    rounds.push(median(moments) - start);
    await sleep(500);
  }
  const bytes = residentBytes(server.pid);
  const reach = median(rounds);
  const words = `${many.toLocaleString("en")} followers`;
  return [
    {
      what: `team server: resident memory with ${words}`,
      ours: mebibytes(bytes),
      reference: "",
      ratio: undefined,
      goal: `at most ${mebibytes(goals.followers)}`,
      met: bytes <= goals.followers,
    },
    limitRow({
      what: `team server: a change to half of ${words}, read by one process`,
      ours: reach,
      atMost: goals.reach,
    }),
  ];
}

async function ask(port: number, path: string, authorization: string): Promise<IncomingMessage> {
  const sent = request({ host: "127.0.0.1", port, path, agent: false, headers: { authorization } }).end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`${path} answers ${response.statusCode}`);
  return response;
}

/** A position, as etcd has it now. */
async function lastLine(port: number, authorization: string): Promise<{ readonly position: Record<string, string> }> {
  const { createGunzip } = await import("node:zlib");
  const { text } = await import("node:stream/consumers");
  const response = await ask(port, "/team/list", authorization);
  const lines = (await text(response.pipe(createGunzip()))).trim().split("\n");
  return JSON.parse(lines.at(-1) ?? "") as { readonly position: Record<string, string> };
}
