/** Opens the wiring of this machine: looks, chooses a way, and makes what the way needs. */
import { rm, writeFile } from "node:fs/promises";
import { runProgram } from "../../base/process.ts";
import {
  type AskedWay,
  type NameSource,
  type ResolverWiring,
  type ResponderPlace,
  tracesFile,
} from "../resolver-wiring.ts";
import { type Choice, chooseWay } from "./choose.ts";
import type { ResolverFacts } from "./facts.ts";
import { hookFolder } from "./hook.ts";
import { openHookServer } from "./hook-server.ts";
import { readResolverFacts } from "./read-facts.ts";
import type { Lifetime } from "./way.ts";
import { wireBy } from "./wiring.ts";

export interface OpenedWiring extends AsyncDisposable {
  readonly facts: ResolverFacts;
  readonly choice: Choice;
  /** Undefined where nobody is told. */
  readonly wiring: ResolverWiring | undefined;
}

/** The wiring that is wanted. */
export interface WiringWish {
  readonly asked: AskedWay;
  readonly lifetime: Lifetime;
  readonly responder: ResponderPlace | undefined;
  readonly source: NameSource;
}

/**
 * Opens the wiring. What is to end with this process is undone by disposing of it, and, after a crash, by
 * `removeWirings` at the next start.
 *
 * @throws the system's error, as when the hook's socket cannot be opened
 */
export async function openWiring(wanted: WiringWish): Promise<OpenedWiring> {
  const { lifetime } = wanted;
  const facts = await readResolverFacts();
  const choice = chooseWay(facts, wanted);
  const { way, sentence } = choice;
  if (way === undefined) return { facts, choice, wiring: undefined, [Symbol.asyncDispose]: async () => undefined };
  const isPassing = lifetime === "foreground";
  if (isPassing) {
    await writeFile(tracesFile, `${way.name}\n`);
    if (way.preparation !== undefined) await runProgram("sh", ["-c", way.preparation.script]);
  }
  const hookServer = way.name === "hook" ? await openHookServer(hookFolder, wanted.source) : undefined;
  const wiring = wireBy({ way, sentence, facts, lifetime, hookServer, run: runProgram });
  return {
    facts,
    choice,
    wiring,
    [Symbol.asyncDispose]: async () => {
      await wiring[Symbol.asyncDispose]();
      if (isPassing) await rm(tracesFile, { force: true });
    },
  };
}
