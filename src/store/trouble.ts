/** Why the store cannot do what was asked: errors of SQLite and of the file system, turned into words for a user. */
import type { Trouble } from "../base/trouble.ts";
import { StoreTroubleError } from "../engine/store-trouble.ts";
import { errorCode, messageOf, sqliteCode, sqliteCodes } from "../base/errors.ts";

/** What was read breaks a rule of ours: as bad as a corrupt file. */
export class DamageError extends Error {
  override readonly name = "DamageError";
}

const damageCodes: ReadonlySet<number> = new Set([sqliteCodes.corrupt, sqliteCodes.notADatabase]);

/** Says whether an error means that the database's content is wrong, rather than that it cannot be reached. */
export function isDamage(error: unknown): boolean {
  return error instanceof DamageError || damageCodes.has(sqliteCode(error) ?? 0);
}

/**
 * Gives an error of SQLite or the file system its meaning.
 *
 * @param error - what was thrown
 * @param folder - the state folder
 * @returns the trouble; an error that is a bug is thrown again
 */
export function explainStoreError(error: unknown, folder: string): StoreTroubleError {
  if (error instanceof StoreTroubleError) return error;
  const code = sqliteCode(error) ?? systemCode(error);
  if (code === undefined) throw error;
  if (code === sqliteCodes.busy) return new StoreTroubleError(inUse(folder), error);
  const denied = code === "EACCES" || code === "EPERM";
  return new StoreTroubleError(denied ? noPermission(folder) : unavailable(folder, error), error);
}

/** The code of an error of the file system (errno(3)), or undefined for any other error. */
function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "syscall" in error ? errorCode(error) : undefined;
}

/** The trouble of a database that was set aside, now or at an earlier start. */
export function damaged(copy: string): StoreTroubleError {
  return new StoreTroubleError({
    code: "state-damaged",
    message: `The saved records are damaged and were set aside as ${copy}. The lines in the hosts file stay as they are.`,
    hint: "Put a good copy back under its old name, or start afresh, which ExternalDNS fills again:",
    command: "hostsfile-server recover",
  });
}

const lostMessages = {
  missing: (folder: string) => `The saved records that the lines in the hosts file come from are not in ${folder}`,
  older: (folder: string) => `The saved records in ${folder} lack changes that the lines in the hosts file have`,
  another: (folder: string) =>
    `The saved records in ${folder} are not those that the lines in the hosts file come from`,
};

/**
 * The trouble of saved records that lack what was shown from them.
 *
 * @param what - whether there are none, or others than those, or those of an earlier time
 */
export function lost(folder: string, what: keyof typeof lostMessages): StoreTroubleError {
  return new StoreTroubleError({
    code: "state-lost",
    message: `${lostMessages[what](folder)}. These lines stay as they are.`,
    hint: "Put the folder or a good copy back, or name the right one with --state-dir. Or go on with what is there, which ExternalDNS completes:",
    command: `hostsfile-server recover --state-dir=${folder}`,
  });
}

/** The trouble of a database that a newer version wrote. */
export function newer(folder: string, version: number): StoreTroubleError {
  return new StoreTroubleError({
    code: "state-newer",
    message: `The saved records in ${folder} were written by a newer hostsfile-server (format ${version}).`,
    hint: "Run that version, or choose another folder with --state-dir.",
  });
}

function inUse(folder: string): Trouble {
  return {
    code: "state-in-use",
    endsStart: true,
    message: `Another hostsfile-server uses the state folder ${folder}.`,
    hint: "Stop it, or give this one a folder of its own with --state-dir.",
  };
}

function noPermission(folder: string): Trouble {
  return {
    code: "state-no-permission",
    endsStart: true,
    message: `The state folder ${folder} cannot be written by this user.`,
    hint: "Run it with sudo, or choose a folder of your own with --state-dir.",
  };
}

function unavailable(folder: string, error: unknown): Trouble {
  return {
    code: "state-unavailable",
    message: `The records cannot be saved in ${folder}: ${messageOf(error)}.`,
    hint: "Check the disk and the mount:",
    command: `df -h ${folder}; findmnt --target ${folder}`,
  };
}
