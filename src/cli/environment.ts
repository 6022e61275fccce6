/** What the commands take from the surroundings: default folders and the admin token. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { settingsFile } from "../service/places.ts";
import { type Trouble, TroubleError } from "../trouble.ts";

const productName = "hostsfile-server";

/** The hosts file when none is given (hosts(5)). */
export const defaultHostsFile = "/etc/hosts";

export const defaultPort = 5000;

/** The port of the installed service, if its settings can be read, else the default. */
export function installedPort(): number {
  return Number(installedSettings()["HOSTSFILE_SERVER_PORT"] ?? defaultPort);
}

/** The address of the installed service, when it was given one of its own. */
export function installedHost(): string {
  const { HOSTSFILE_SERVER_HOST: host = "localhost" } = installedSettings();
  return host === "::" || host === "0.0.0.0" ? "localhost" : host;
}

function installedSettings(): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(settingsFile, "utf8"));
  } catch {
    return {};
  }
}

/**
 * The state folder: what was given, else systemd's `$STATE_DIRECTORY` (systemd.exec(5)), else /var/lib as root, else the
 * user's own (XDG Base Directory Specification).
 *
 * @returns an absolute path
 */
export function stateFolderOf(given: string | undefined): string {
  const { STATE_DIRECTORY: ofService, XDG_STATE_HOME: ofUser } = process.env;
  if (given !== undefined) return resolve(given);
  const [first] = ofService?.split(":") ?? [];
  if (first !== undefined && first !== "") return first;
  if (process.geteuid?.() === 0) return join("/var/lib", productName);
  return join(ofUser ?? join(homedir(), ".local", "state"), productName);
}

/**
 * Reads the admin token.
 *
 * @param path - the file; its text without surrounding blanks is the token
 * @throws TroubleError `token-missing`, `token-unreadable` or `token-unusable` (exit 3)
 */
export function readAdminToken(path: string): string {
  let token: string;
  try {
    token = readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new TroubleError(unreadable(path, error), { exitCode: 3, cause: error });
  }
  const flaw = flawOf(token);
  if (flaw === undefined) return token;
  const message = `The token in ${path} ${flaw}.`;
  throw new TroubleError(
    { code: "token-unusable", message, hint: `Make a better one: ${makeToken(path)}` },
    { exitCode: 3 },
  );
}

/** Characters: below it a token could be guessed. */
const shortestToken = 16;

function flawOf(token: string): string | undefined {
  if (token.length < shortestToken)
    return `has ${token.length} characters, fewer than ${shortestToken}: it could be guessed`;
  return /^[\x21-\x7e]+$/.test(token) ? undefined : "holds blanks or other characters that cannot stand in a header";
}

/** Only a token that is not there may be made: writing over one that is would shut out every ExternalDNS that shows it. */
function unreadable(path: string, error: unknown): Trouble {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") {
    const hint = `Make it, or name yours with --token-file: ${makeToken(path)}`;
    return { code: "token-missing", message: `There is no token file ${path}.`, hint };
  }
  const reason = error instanceof Error ? error.message : String(error);
  const hint = "Run the command with sudo, or name a file that you can read with --token-file.";
  return { code: "token-unreadable", message: `The token file ${path} cannot be read: ${reason}.`, hint };
}

function makeToken(path: string): string {
  return `sudo sh -c 'umask 077; mkdir -p ${dirname(path)}; openssl rand -hex 32 > ${path}'`;
}
