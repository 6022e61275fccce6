/** The stage of `demo`: the real server on a scratch hosts file, and how a step is played and printed. */
import { rmSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPatch } from "diff";
import { type Daemon, startDaemon } from "../../daemon/daemon.ts";
import type { Log } from "../../base/log.ts";
import { printableJSON } from "../../base/printable.ts";

/** A hosts file as a user might have it, last line unterminated. */
const usersFile = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n\n# my own\n192.168.0.12 desktop desktop.lan";

export interface Stage {
  readonly daemon: Daemon;
  readonly hostsFile: string;
}

export interface Step<Scene extends Stage> {
  readonly text: string;
  readonly act?: (scene: Scene) => Promise<string>;
}

export interface PlayedStep {
  readonly step: number;
  readonly text: string;
  readonly answer: string | undefined;
  /** The change of the hosts file as a unified diff, empty when there was none. */
  readonly diff: string;
}

/** A story: what is on the stage beside server and hosts file, and its steps. */
export interface Story<Scene extends Stage> {
  readonly introduce: (stage: Stage) => string;
  readonly open: (stage: Stage) => Promise<Scene & AsyncDisposable>;
  readonly steps: readonly Step<Scene>[];
  readonly render: (played: PlayedStep) => string;
}

/**
 * Plays a story and prints each step.
 *
 * @returns 0, or 1 when the file was not the user's own again in the end
 */
export async function playStory<Scene extends Stage>(
  story: Story<Scene>,
  given: { readonly json: boolean | undefined },
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "hostsfile-server-demo-"));
  removeAtExit(folder);
  try {
    const hostsFile = join(folder, "hosts");
    await writeFile(hostsFile, usersFile);
    await using daemon = await startDaemon({
      given: {},
      host: "127.0.0.1",
      port: 0,
      allow: () => undefined,
      adminToken: () => ({ kind: "none" }),
      hostsFile,
      stateFolder: join(folder, "state"),
      isDryRun: false,
      log: silent,
    });
    await using scene = await story.open({ daemon, hostsFile });
    if (!given.json) process.stdout.write(story.introduce({ daemon, hostsFile }));
    for (const [index, step] of story.steps.entries()) {
      const played = await play(index + 1, step, scene);
      process.stdout.write(given.json ? `${printableJSON(played)}\n` : story.render(played));
    }
    return (await readFile(hostsFile, "utf8")) === usersFile ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Also when it is interrupted, or its reader goes away as `head` does. */
function removeAtExit(folder: string): void {
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));
}

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

async function play<Scene extends Stage>(
  number: number,
  { text, act }: Step<Scene>,
  scene: Scene,
): Promise<PlayedStep> {
  const before = await readFile(scene.hostsFile, "utf8");
  const answer = await act?.(scene);
  const after = await readFile(scene.hostsFile, "utf8");
  const diff = before === after ? "" : createPatch("hosts", before, after, "", "", { context: 1 });
  return { step: number, text, answer, diff };
}

/** The names that came and went, as `+192.0.2.1 foo.dtk.io`; without the markers, so that a story fits one screen. */
export function changedLines({ diff }: PlayedStep): readonly string[] {
  return diff.split("\n").filter((line) => /^[+-].*\.dtk\.io$/.test(line));
}

/** The line of the hosts file that has a name, in words where there is none. */
export async function findLine({ hostsFile }: Stage, name: string): Promise<string> {
  const lines = (await readFile(hostsFile, "utf8")).split("\n");
  return lines.find((line) => line.endsWith(` ${name}`)) ?? `${name} was not found`;
}
