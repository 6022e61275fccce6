/** Reads the hosts file once, for callers that never write it. */
import { fileAccess } from "./file-access.ts";
import { takeSnapshot } from "./snapshot.ts";
import { toText } from "../text.ts";

/**
 * Reads the file.
 *
 * @returns its bytes as latin1; empty when it is missing
 * @throws TroubleError or a system error
 */
export function readHostsFile(path: string): string {
  const snapshot = takeSnapshot(fileAccess, path);
  if (snapshot.kind === "file") snapshot.file[Symbol.dispose]();
  return toText(path, snapshot.bytes);
}
