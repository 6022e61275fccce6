/** Takes back what any way has left on the machine: at `uninstall`, when another way is chosen, and after a crash. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { runProgram } from "../../base/process.ts";
import { readIfThere } from "../../base/read-if-there.ts";
import type { Trouble } from "../../base/trouble.ts";
import { type WayName, tracesFile } from "../resolver-wiring.ts";
import { ways } from "./choose.ts";
import type { ResolverFacts } from "./facts.ts";
import { isOwn } from "./own-file.ts";
import { placeFiles } from "./place-files.ts";
import { foreignFile } from "./trouble.ts";
import type { CommandLine, Lifetime, Way } from "./way.ts";
import { afterRemoval, pathsOf } from "./wiring.ts";

/** What is looked at and told. */
export interface Machine {
  readonly ways: readonly Way[];
  readonly run: (program: string, parameters: readonly string[]) => Promise<unknown>;
  /** As {@link tracesFile}. */
  readonly traces: string;
}

const thisMachine: Machine = { ways, run: runProgram, traces: tracesFile };

/** Paths of the files of all ways that are there and ours. */
export async function wiringPaths(lifetimes: readonly Lifetime[]): Promise<readonly string[]> {
  return pathsWhere(ways, lifetimes, isOwn);
}

/** Paths of files of a way that are there and not ours, or no longer. */
export async function foreignFilesOf(way: Way): Promise<readonly string[]> {
  return pathsWhere([way], ["installed", "foreground"], (text) => !isOwn(text));
}

/** Paths of files that are there, and whose text is so. */
async function pathsWhere(
  some: readonly Way[],
  lifetimes: readonly Lifetime[],
  isSo: (text: string) => boolean,
): Promise<readonly string[]> {
  const paths = new Set(some.flatMap((way) => lifetimes.flatMap((lifetime) => pathsOf(way, lifetime))));
  const found = await Promise.all(Array.from(paths, async (path) => ({ path, text: await readIfThere(path) })));
  return found.flatMap(({ path, text }) => (text !== undefined && isSo(text) ? [path] : []));
}

/**
 * Removes what is ours byte for byte, lets the resolvers forget it, and undoes the preparations.
 *
 * @param options - `except`: the way that stays
 * @returns the files that somebody changed, which stay
 * @throws the file system's error
 */
export async function removeWirings(
  facts: ResolverFacts,
  { lifetimes, except }: { readonly lifetimes: readonly Lifetime[]; readonly except?: WayName | undefined },
  machine: Machine = thisMachine,
): Promise<readonly Trouble[]> {
  const { run, traces } = machine;
  const runAll = async (commands: readonly CommandLine[]): Promise<void> => {
    for (const [program, ...parameters] of commands) await run(program, parameters);
  };
  const troubles: Trouble[] = [];
  for (const way of machine.ways) {
    if (way.name === except) continue;
    for (const lifetime of lifetimes) {
      const { changed, foreign } = await placeFiles(pathsOf(way, lifetime), []);
      troubles.push(...foreign.map(foreignFile));
      const { reload, untell } = afterRemoval(way, { facts, lifetime });
      // What does not run has nothing to forget.
      if (changed.length > 0) await runAll(reload);
      if (way.preparation !== undefined && isPrepared(way)) await runAll(untell);
    }
    if (way.preparation !== undefined && isPrepared(way)) await run("sh", ["-c", way.preparation.undo]);
  }
  if (lifetimes.includes("foreground")) await rm(traces, { force: true });
  return troubles;
}

function isPrepared({ preparation }: Way): boolean {
  return preparation !== undefined && existsSync(preparation.sign);
}
