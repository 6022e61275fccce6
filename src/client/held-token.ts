/** The admin token that a command holds, which it proves to know and never sends. */
import { accessSync, constants } from "node:fs";
import { readAdminToken } from "../platform/admin-token.ts";
import { installedPort, tokenFileOfService } from "../platform/installed.ts";
import { platform } from "../platform/current.ts";

export interface HeldToken {
  readonly text: string;
  /** The file that it came from. */
  readonly path: string;
  /** Whether the server must prove that it knows it too; else one that says that it has no token is believed. */
  readonly isDemanded: boolean;
}

/**
 * Finds the token for a server: of the file that was named, else of the installed service. A file that was named is what
 * the server must know, and so is the installed one at the port of the service that has it. An installed token that this
 * user may not read counts as absent: the server may not want one.
 *
 * @throws TroubleError as {@link readAdminToken} does
 */
export function findToken(tokenFile: string | undefined, port: number): HeldToken | undefined {
  if (tokenFile !== undefined) return { text: readAdminToken(tokenFile), path: tokenFile, isDemanded: true };
  return isReadable(platform.places.tokenFile) ? installedToken(port) : undefined;
}

/**
 * The token of the installed service.
 *
 * @throws TroubleError as {@link readAdminToken} does
 */
export function installedToken(port: number): HeldToken {
  const isDemanded = tokenFileOfService() === platform.places.tokenFile && port === installedPort();
  return { text: readAdminToken(platform.places.tokenFile), path: platform.places.tokenFile, isDemanded };
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
