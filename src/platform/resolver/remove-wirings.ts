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

/** Paths of the files of all ways that are there and ours. */
export async function wiringPaths(lifetimes: readonly Lifetime[]): Promise<readonly string[]> {
  const paths = new Set(ways.flatMap((way) => lifetimes.flatMap((lifetime) => pathsOf(way, lifetime))));
  const found = await Promise.all(Array.from(paths, async (path) => ({ path, text: await readIfThere(path) })));
  return found.flatMap(({ path, text }) => (text !== undefined && isOwn(text) ? [path] : []));
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
): Promise<readonly Trouble[]> {
  const troubles: Trouble[] = [];
  for (const way of ways) {
    if (way.name === except) continue;
    for (const lifetime of lifetimes) {
      const { changed, foreign } = await placeFiles(pathsOf(way, lifetime), []);
      troubles.push(...foreign.map(foreignFile));
      const { reload, untell } = afterRemoval(way, { facts, lifetime });
      // What does not run has nothing to forget.
      if (changed.length > 0) await runAll(reload);
      if (way.preparation !== undefined && isPrepared(way)) await runAll(untell);
    }
    if (way.preparation !== undefined && isPrepared(way)) await runProgram("sh", ["-c", way.preparation.undo]);
  }
  if (lifetimes.includes("foreground")) await rm(tracesFile, { force: true });
  return troubles;
}

function isPrepared({ preparation }: Way): boolean {
  return preparation !== undefined && existsSync(preparation.sign);
}

async function runAll(commands: readonly CommandLine[]): Promise<void> {
  for (const [program, ...parameters] of commands) await runProgram(program, parameters);
}
