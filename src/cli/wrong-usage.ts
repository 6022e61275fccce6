/** How a command line is refused that cannot be carried out: with one sentence, what to do, and exit code 2. */
import { TroubleError } from "../base/trouble.ts";

/** The exit code of wrong usage. */
export const wrongUsageCode = 2;

/**
 * Makes the refusal.
 *
 * @param message - one sentence with the value
 * @param hint - what to do; ends in a colon where `command` follows
 */
export function wrongUsage(message: string, hint: string, command?: string): TroubleError {
  return new TroubleError({ code: "wrong-usage", message, hint, command }, { exitCode: wrongUsageCode });
}
