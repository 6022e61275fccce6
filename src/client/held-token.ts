/** The token that a command holds, which it proves to know and never sends: the admin token, or a user's watch token. */
import { accessSync, constants, existsSync } from "node:fs";
import { userOfToken } from "../contract/token.ts";
import { readAdminToken } from "../platform/admin-token.ts";
import { installedPort, tokenFileOfService } from "../platform/installed.ts";
import { platform } from "../platform/current.ts";
import type { UserName } from "../records/user.ts";

export interface HeldToken {
  readonly text: string;
  /** The file that it came from. */
  readonly path: string;
  /** Whose watch token it is; undefined for the admin token. */
  readonly user?: UserName | undefined;
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
  if (tokenFile !== undefined) return readToken(tokenFile, true);
  return isReadable(platform.places.tokenFile) ? installedToken(port) : undefined;
}

/**
 * Finds the token for a user's watcher: of the file that was named, else the watch token in the user's own folder, else as
 * {@link findToken} does.
 *
 * @param ownFile - the file in the user's own folder
 * @throws TroubleError as {@link readAdminToken} does
 */
export function findWatchToken(
  tokenFile: string | undefined,
  { port, ownFile }: { readonly port: number; readonly ownFile: string },
): HeldToken | undefined {
  if (tokenFile !== undefined || !existsSync(ownFile)) return findToken(tokenFile, port);
  return readToken(ownFile, tokenFileOfService() !== undefined && port === installedPort());
}

/**
 * The token of the installed service.
 *
 * @throws TroubleError as {@link readAdminToken} does
 */
export function installedToken(port: number): HeldToken {
  const isDemanded = tokenFileOfService() === platform.places.tokenFile && port === installedPort();
  return readToken(platform.places.tokenFile, isDemanded);
}

function readToken(path: string, isDemanded: boolean): HeldToken {
  const text = readAdminToken(path);
  return { text, path, isDemanded, user: userOfToken(text) };
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
