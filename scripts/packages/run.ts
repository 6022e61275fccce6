/** Runs the programs that build packages, and says what they said when they fail. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

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
