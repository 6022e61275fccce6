/** Asks before something is removed or taken over. Only a person at a terminal is asked. */
import { createInterface } from "node:readline/promises";
import { TroubleError } from "../base/trouble.ts";

/**
 * Asks the user whether to go on.
 *
 * @param what - what would be done, as a sentence
 * @returns whether to go on
 * @throws TroubleError `not-confirmed` (exit 2) where nobody can be asked
 */
export async function confirm(what: string, isYes: boolean | undefined): Promise<boolean> {
  if (isYes === true) return true;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    const hint = "Nobody can be asked here; to do it, add --yes.";
    throw new TroubleError({ code: "not-confirmed", message: what, hint }, { exitCode: 2 });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(?:es)?$/i.test((await terminal.question(`${what} Go on? [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
