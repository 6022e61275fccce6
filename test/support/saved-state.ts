/** A copy of what a released version left behind, for tests of the upgrade. */
import { chmodSync, cpSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./temporary-folder.ts";

export interface SavedState extends Disposable {
  readonly hostsFile: string;
  readonly stateFolder: string;
}

/**
 * Copies a hosts file and a state folder that a version wrote; `using` removes the copy.
 *
 * @param version - one that has a folder in `test/fixtures`
 */
export function copySavedState(version: "0.1.0"): SavedState {
  const folder = temporaryFolder();
  cpSync(join(import.meta.dirname, "..", "fixtures", `state-${version}`), folder.path, { recursive: true });
  const stateFolder = join(folder.path, "state");
  chmodSync(stateFolder, 0o700);
  return { hostsFile: join(folder.path, "hosts"), stateFolder, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}
