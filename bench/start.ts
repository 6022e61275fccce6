/** From the start of the process to its first answer, against a Node that does nothing. */
import { freePort } from "../test/cluster/eventually.ts";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildExecutable, fetchNode } from "../scripts/packages/executable.ts";
import type { Disk } from "./disk.ts";
import { type Row, milliseconds, ratioRow } from "./row.ts";
import { interleave, timed } from "./sample.ts";

const root = join(import.meta.dirname, "..");

/** Measures the built program and the launcher; state and compile cache are there from a run before, as after any first start. */
export async function measureStart(disk: Disk): Promise<readonly Row[]> {
  const measure = await measureOn(disk, "start");
  const { node, program, launcher } = await interleave(25, {
    node: () => timed(() => once(spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }), "exit")),
    program: measure(process.execPath, join(root, "dist", "hostsfile-server.js")),
    launcher: measure(join(root, "hostsfile-server")),
  });
  const against = { reference: node, against: "node -e 0", atMost: 3, format: milliseconds };
  return [
    ratioRow({ what: "start to first answer", ours: program, ...against }),
    ratioRow({ what: "start to first answer, by the launcher", ours: launcher, ...against }),
  ];
}

/** The single executable against the bundle on the same Node; both are built and fetched first. */
export async function measureExecutable(disk: Disk): Promise<readonly Row[]> {
  const executable = join(disk.path, "hostsfile-server");
  await buildExecutable({ path: executable, hasCodeCache: true });
  const measure = await measureOn(disk, "executable");
  const { ours, reference } = await interleave(15, {
    ours: measure(executable),
    reference: measure(await fetchNode(), join(root, "dist", "hostsfile-server.js")),
  });
  const what = "single executable, start to first answer";
  return [
    ratioRow({ what, ours, reference, against: "the bundle on the same Node", atMost: 1.5, format: milliseconds }),
  ];
}

/** What measures a start, on files of its own. */
async function measureOn(
  disk: Disk,
  name: string,
): Promise<(command: string, ...words: string[]) => () => Promise<number>> {
  const port = await freePort();
  const place = join(disk.path, name);
  mkdirSync(place);
  const environment = { ...process.env, XDG_CACHE_HOME: place, CACHE_DIRECTORY: join(place, "cache") };
  const flags = [`--hosts-file=${join(place, "hosts")}`, `--state-dir=${join(place, "state")}`, `--port=${port}`];
  return (command, ...words) =>
    () =>
      firstAnswer({ command, words: [...words, ...flags, "--domains=dtk.io"], port, environment });
}

/** Milliseconds from the start of a program, which is ended then, to its first answer. */
export async function firstAnswer(options: {
  readonly command: string;
  readonly words: readonly string[];
  readonly port: number;
  readonly environment: NodeJS.ProcessEnv;
}): Promise<number> {
  const { command, words, port, environment } = options;
  const start = performance.now();
  const child = spawn(command, words, { stdio: "ignore", env: environment });
  const ended = once(child, "exit");
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}`);
    await sleep(1);
  }
  const duration = performance.now() - start;
  child.kill();
  await ended;
  return duration;
}

async function answers(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const sent = get({ host: "127.0.0.1", port, path: "/", agent: false }, (response) => {
    response.resume().on("end", () => resolve(true));
  });
  sent.on("error", () => resolve(false));
  return promise;
}
