/** Runs the programs that build packages, and says what they said when they fail. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);
const root = join(import.meta.dirname, "..", "..");

/**
 * Runs a program to its end.
 *
 * @returns its standard output
 * @throws Error with what it printed when it fails
 */
export async function run(
  file: string,
  parameters: readonly string[],
  options: { readonly folder?: string; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const { folder, environment } = options;
  const { stdout } = await execute(file, [...parameters], { cwd: folder, env: { ...process.env, ...environment } });
  return stdout;
}

/** Seconds since 1970 of the last change of the source, which packages have in place of the time of building. */
export async function lastChange(): Promise<string> {
  const given = process.env["SOURCE_DATE_EPOCH"];
  if (given !== undefined) return given;
  return (await run("git", ["log", "-1", "--format=%ct"], { folder: root })).trim();
}
