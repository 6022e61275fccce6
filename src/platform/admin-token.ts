/** Reads the file with the admin token, which must be good enough to keep others out. */
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Trouble, TroubleError } from "../base/trouble.ts";
import { errorCode, messageOf } from "../base/errors.ts";

/** What was found in the file. */
export type TokenReading =
  | {
      readonly ok: true;
      readonly token: string;
      /** What is not right with it, though it can be used. */
      readonly notice: Trouble | undefined;
    }
  | {
      readonly ok: false;
      readonly trouble: Trouble;
      /** True when no token can be read yet, false when there is one that cannot be used. */
      readonly isAbsent: boolean;
    };

const readableByOthers = 0o004;
const writableByOthers = 0o002;

/**
 * Reads the token. As with the private keys of ssh(1), who may read or write the file counts: with a file that everyone
 * may write, anyone could choose the token, so it is refused. One that everyone may read opens the server to all users of
 * this machine; it works, with a warning. A group may do either, since `install` lets the user's own read it.
 *
 * @param path - the file; its text without surrounding blanks is the token
 */
export function lookAtAdminToken(path: string): TokenReading {
  let token: string;
  let mode: number;
  try {
    [token, mode] = readWithMode(path);
  } catch (error) {
    return { ok: false, trouble: unreadable(path, error), isAbsent: true };
  }
  const flaw = flawOf(token);
  if (flaw !== undefined) {
    const trouble = {
      code: "token-unusable",
      message: `The token in ${path} ${flaw}.`,
      hint: "Make a better one:",
      command: makeToken(path),
    };
    return { ok: false, trouble, isAbsent: token === "" };
  }
  if ((mode & writableByOthers) !== 0) {
    const message = `Every user of this machine may write the token file ${path}, and so choose the token.`;
    const hint = "Close it, and make another token if somebody may have written it:";
    const command = `sudo chmod o-rw ${path}`;
    return { ok: false, trouble: { code: "token-writable", message, hint, command }, isAbsent: false };
  }
  return { ok: true, token, notice: (mode & readableByOthers) === 0 ? undefined : exposed(path) };
}

/**
 * Reads the admin token.
 *
 * @throws TroubleError `token-missing`, `token-unreadable`, `token-unusable` or `token-writable` (exit 3)
 */
export function readAdminToken(path: string): string {
  const reading = lookAtAdminToken(path);
  if (reading.ok) return reading.token;
  throw new TroubleError(reading.trouble, { exitCode: 3 });
}

/** The path that means what is handed over on standard input. */
export const standardInput = "-";

/** Of one open file, so that text and mode belong together. */
function readWithMode(path: string): [string, number] {
  if (path === standardInput) return [readFileSync(0, "utf8").trim(), 0];
  const file = openSync(path, "r");
  try {
    const status = fstatSync(file);
    // What is handed over as a pipe has no mode of its own that would count.
    return [readFileSync(file, "utf8").trim(), status.isFile() ? status.mode : 0];
  } finally {
    closeSync(file);
  }
}

/** Characters: below it a token could be guessed. */
const shortestToken = 16;

function flawOf(token: string): string | undefined {
  if (token.length < shortestToken)
    return `has ${token.length} characters, fewer than ${shortestToken}: it could be guessed`;
  return /^[\x21-\x7e]+$/.test(token) ? undefined : "holds blanks or other characters that a header cannot carry";
}

function exposed(path: string): Trouble {
  return {
    code: "token-exposed",
    message: `Every user of this machine may read the token file ${path}, and so do everything at the server.`,
    hint: "Close it:",
    command: `sudo chmod o-rw ${path}`,
  };
}

/** Only a token that is not there may be made: writing over one that is would shut out every ExternalDNS that shows it. */
function unreadable(path: string, error: unknown): Trouble {
  if (errorCode(error) === "ENOENT") {
    const hint = "Make it, or name yours with --token-file:";
    const command = makeToken(path);
    return { code: "token-missing", message: `There is no token file ${path}.`, hint, command };
  }
  const reason = messageOf(error);
  const hint = "Run the command with sudo, or name a file that you can read with --token-file.";
  return { code: "token-unreadable", message: `The token file ${path} cannot be read: ${reason}.`, hint };
}

function makeToken(path: string): string {
  return `sudo sh -c 'umask 077; mkdir -p ${dirname(path)}; openssl rand -hex 32 > ${path}'`;
}
