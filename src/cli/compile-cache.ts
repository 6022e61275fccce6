/** Start-up time is mostly compiling, so compiled code is kept; but only where nobody else can have put it. */
import { statSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { currentUser } from "../platform/user.ts";

/**
 * Turns on Node's compile cache in a folder beside the program, for the owner of the program. Node's default lies in
 * the folder for temporary files, where another user could leave code for root to run, and files of root's in a user's
 * checkout could not be removed by that user.
 */
export function keepCompiledCode(): void {
  const folder = import.meta.dirname;
  const user = currentUser();
  if (user !== undefined && statSync(folder).uid !== user) return;
  enableCompileCache(join(folder, ".compiled"));
}
