/** How a failure is shown: a sentence and what to do for trouble, a stack and where to report it for a bug. */
import { TroubleError, adviceOf, toTrouble } from "../base/trouble.ts";
import { printableJSON } from "../base/printable.ts";

const bugExitCode = 70;

/**
 * Prints why a command failed: talk, or the result where that is wanted as JSON.
 *
 * @param error - what was thrown
 * @param options - the command's name; whether the result is wanted as JSON; where talk and results go
 * @returns the exit code: 1 to 3 for trouble, 70 for a bug
 */
export function reportFailure(
  error: unknown,
  options: {
    readonly command: string;
    readonly json: boolean;
    readonly talk: (text: string) => void;
    readonly answer: (text: string) => void;
  },
): number {
  const { command, json, talk, answer } = options;
  if (!(error instanceof TroubleError)) {
    talk(`${command}: this is a bug, please report it with the lines below.`);
    talk(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return bugExitCode;
  }
  if (json) answer(printableJSON(toTrouble(error)));
  else talk(`${command}: ${error.message}\n  ${adviceOf(error)}`);
  return error.exitCode;
}
