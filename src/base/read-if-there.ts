/** Reads a file that need not be there. */
import { readFile } from "node:fs/promises";
import { isMissing } from "./errors.ts";

/**
 * Reads a text.
 *
 * @returns undefined when there is no such file
 * @throws any other error of the system
 */
export async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}
