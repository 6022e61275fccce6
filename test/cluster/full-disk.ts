/** Fills the disk of a test's desktop so that it stays full. */
import assert from "node:assert/strict";
import { eventually } from "./eventually.ts";

/** Milliseconds between two looks: longer than the server waits before it empties its log, which makes room again. */
const pause = 1_500;

/**
 * Fills the disk that a file is on until nothing more fits three times in a row.
 *
 * @param shell - runs a script on the desktop
 * @param file - as the script names it
 */
export async function fillDisk(shell: (script: string) => Promise<string>, file: string): Promise<void> {
  const sizes: string[] = [];
  const fill = async (): Promise<void> => {
    sizes.push(await shell(`cat /dev/zero >>"${file}" 2>/dev/null || stat -c %s "${file}"`));
    assert.equal(new Set(sizes.slice(-3)).size, 1);
    assert(sizes.length >= 3);
  };
  await eventually(fill, { intervalMs: pause });
}
