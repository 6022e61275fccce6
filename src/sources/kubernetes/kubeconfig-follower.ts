/** Follows the kubeconfigs through every way in which they are written: in place, torn for a moment, and by rename. */
import { type FSWatcher, existsSync, watch } from "node:fs";
import { basename, dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type FileReading,
  type Kubeconfig,
  mergeKubeconfigs,
  readKubeconfigFile,
} from "../../kubernetes/kubeconfig-file.ts";

interface FollowerOptions {
  readonly paths: readonly string[];
  /** What was read of them already. */
  readonly known?: ReadonlyMap<string, FileReading>;
  readonly signal: AbortSignal;
  /** The kubeconfigs say something else than before. */
  readonly onChange: (config: Kubeconfig) => void | Promise<void>;
  /** A file cannot be read and that lasts; what was known of it still counts. */
  readonly onUnreadable: (path: string, reason: string) => void;
}

/** Milliseconds: several events make one look; a file that looks torn is looked at again after each of these. */
const settle = 50;
const tornWaits = [100, 200, 400] as const;

/** Milliseconds between looks where folders do not tell, as on network file systems. */
const pollInterval = 5_000;

/** Follows until the signal aborts. */
export async function followKubeconfigs(options: FollowerOptions): Promise<void> {
  const { paths, signal } = options;
  const files = new Map<string, FileReading>(options.known);
  let last: string | undefined;
  while (!signal.aborted) {
    const changed = watchFolders(paths, signal);
    const readings = await Promise.all(paths.map(async (path) => readCalmly(path, files.get(path), signal)));
    if (signal.aborted) return;
    for (const [index, path] of paths.entries()) {
      const reading = readings[index];
      if (reading?.kind === "unreadable") options.onUnreadable(path, reading.reason);
      else if (reading !== undefined) files.set(path, reading);
    }
    const text = JSON.stringify([...files.values()].map(textOf));
    if (text !== last) {
      last = text;
      await options.onChange(merged(paths, files));
    }
    await changed;
    await sleep(settle, undefined, { signal }).catch(() => undefined);
  }
}

/** Takes the files as they are now, for a command that ends then. */
export function readKubeconfigs(paths: readonly string[]): {
  readonly config: Kubeconfig;
  readonly readings: ReadonlyMap<string, FileReading>;
} {
  const readings = new Map(paths.map((path) => [path, readKubeconfigFile(path)]));
  return { config: merged(paths, readings), readings };
}

function merged(paths: readonly string[], files: ReadonlyMap<string, FileReading>): Kubeconfig {
  const configs = paths.flatMap((path) => {
    const file = files.get(path);
    return file?.kind === "read" ? [file.config] : [];
  });
  return mergeKubeconfigs(configs);
}

/**
 * Reads a file until it does not look as if it were being written. Half of a kubeconfig may well be one too, with fewer
 * contexts, or with some whose user is still to come.
 */
async function readCalmly(path: string, before: FileReading | undefined, signal: AbortSignal): Promise<FileReading> {
  let reading = readKubeconfigFile(path, before);
  for (const [index, wait] of tornWaits.entries()) {
    if (!isTorn(reading) && !hasLost(reading, before)) return reading;
    await sleep(wait, undefined, { signal }).catch(() => undefined);
    const again = readKubeconfigFile(path);
    const isSettled = index > 0 && !isTorn(again) && textOf(again) === textOf(reading);
    reading = again;
    if (isSettled) return reading;
  }
  return reading;
}

function isTorn(reading: FileReading): boolean {
  if (reading.kind !== "read") return reading.kind === "unreadable";
  const { contexts, clusters, users } = reading.config;
  return [...contexts.values()].some(({ value: { cluster, user = "" } }) => {
    return !clusters.has(cluster) || (user !== "" && !users.has(user));
  });
}

/** Whether a context is gone that was there. */
function hasLost(reading: FileReading, before: FileReading | undefined): boolean {
  const contexts = reading.kind === "read" ? reading.config.contexts : new Map();
  return before?.kind === "read" && [...before.config.contexts.keys()].some((name) => !contexts.has(name));
}

function textOf(reading: FileReading): string {
  return reading.kind === "read" ? reading.text : reading.kind;
}

/** Resolves when something happens in one of the folders, or after a while. */
async function watchFolders(paths: readonly string[], signal: AbortSignal): Promise<void> {
  const names = Map.groupBy(paths, dirname);
  const { promise, resolve } = Promise.withResolvers<void>();
  const watchers = [...names].map(([folder, files]) =>
    watchFolder(folder, new Set(files.map((file) => basename(file))), resolve),
  );
  const done = new AbortController();
  const poll = sleep(pollInterval, undefined, { signal: AbortSignal.any([signal, done.signal]) });
  await Promise.race([promise, poll.catch(() => undefined)]);
  done.abort();
  for (const watcher of watchers) watcher?.close();
}

/** Of a folder that is not there, the nearest one above it tells when it comes. */
function watchFolder(folder: string, names: ReadonlySet<string>, onEvent: () => void): FSWatcher | undefined {
  const isThere = existsSync(folder);
  if (!isThere && dirname(folder) !== folder) return watchFolder(dirname(folder), new Set([basename(folder)]), onEvent);
  try {
    const watcher = watch(folder, (_event, name) => {
      if (name === null || names.has(name)) onEvent();
    });
    watcher.on("error", onEvent);
    return watcher;
  } catch {
    // The poll looks all the same.
    return undefined;
  }
}
