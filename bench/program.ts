/** Runs a program and takes the time. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { timed } from "./sample.ts";

/**
 * Runs a program to its end.
 *
 * @returns milliseconds
 * @throws Error when it does not end well
 */
export async function timeOf(
  command: string,
  words: readonly string[],
  options: { readonly folder?: string; readonly path?: string } = {},
): Promise<number> {
  const { folder, path } = options;
  const env = { ...process.env, ...(path !== undefined && { PATH: path }) };
  return timed(async () => {
    const [code] = await once(spawn(command, words, { stdio: "ignore", cwd: folder, env }), "exit");
    if (code !== 0) throw new Error(`${command} ${words.join(" ")} ended with ${String(code)}`);
  });
}
