/** A desktop with a server and a watcher on it, for clusters that the test has. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { type Desktop, openDesktop } from "./desktop.ts";
import { eventually } from "./eventually.ts";
import type { Program } from "./program.ts";
import { type Server, startServer } from "./server.ts";
import { type WatcherOptions, startWatcher } from "./watcher.ts";

export interface WatchScene extends AsyncDisposable {
  readonly desktop: Desktop;
  readonly server: Server;
  /** The one that runs now. */
  readonly watcher: () => Program;
  /** Ends the watcher with a signal, and starts it again after some work. */
  readonly restartWatcher: (signal: NodeJS.Signals, work?: () => Promise<void>) => Promise<void>;
  /** The same for the server, on the same port. */
  readonly restartServer: (signal: NodeJS.Signals, work?: () => Promise<void>) => Promise<void>;
  /** Waits until the hosts file holds these lines, in any order. */
  readonly linesAre: (lines: readonly string[]) => Promise<void>;
  /** Waits until the watcher has said something, the given times. */
  readonly says: (words: RegExp, times?: number) => Promise<void>;
}

export type WatchSceneOptions = Omit<Partial<WatcherOptions>, "desktop" | "server"> & { readonly desktop?: Desktop };

/** Sets it; disposing of it ends everything. */
export async function openWatchScene(options: WatchSceneOptions = {}): Promise<WatchScene> {
  await using opened = new AsyncDisposableStack();
  const desktop = options.desktop ?? opened.use(await openDesktop());
  const start = { desktop, flags: [] };
  let server = await startServer(start);
  opened.defer(async () => server[Symbol.asyncDispose]());
  const watch = { ...options, desktop, server };
  let watcher = await startWatcher(watch);
  opened.defer(async () => watcher[Symbol.asyncDispose]());
  const owned = opened.move();
  return {
    desktop,
    get server() {
      return server;
    },
    watcher: () => watcher,
    restartWatcher: async (signal, work) => {
      await watcher.stop(signal);
      await work?.();
      watcher = await startWatcher(watch);
    },
    restartServer: async (signal, work) => {
      await server.stop(signal);
      await work?.();
      server = await startServer({ ...start, port: server.port });
    },
    linesAre: async (lines) => {
      const sorted = async (): Promise<readonly string[]> => (await desktop.added()).toSorted();
      await eventually(async () => expect(await sorted(), watcher.log().slice(-3000)).toEqual(lines.toSorted()));
    },
    says: async (words, times = 1) => {
      const all = new RegExp(words, "g");
      const count = (): number => [...watcher.log().matchAll(all)].length;
      await eventually(() => expect(count(), watcher.log()).toBeGreaterThanOrEqual(times));
    },
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

export interface Look {
  /** How often all lines were there. */
  readonly looks: number;
  /** Lines that were missing at a time, at most once each. */
  readonly missing: readonly string[];
}

/** Looks all the time until the signal aborts whether lines are there, as a reader of the file would. */
export async function lookUntil(desktop: Desktop, lines: readonly string[], signal: AbortSignal): Promise<Look> {
  const missing = new Set<string>();
  let looks = 0;
  for (; !signal.aborted; looks++) {
    const present = new Set(await desktop.added());
    for (const line of lines) if (!present.has(line)) missing.add(line);
    await sleep(10);
  }
  return { looks, missing: [...missing] };
}

/** Numbers from 0 up to 1 that are the same for the same seed (Mulberry32). */
export function randomBy(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A path in the scratch folder of a desktop. */
export function scratchPath({ stateFolder }: Desktop, name: string): string {
  return join(stateFolder, "..", name);
}
