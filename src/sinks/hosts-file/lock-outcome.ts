/** How a try to become the only writer of a hosts file ends, and what a user reads about it. */
import { basename, dirname } from "node:path";
import type { Advice, Trouble } from "../../base/trouble.ts";
import { errorCode } from "./writer/file-access.ts";

/** Who holds the lock. */
export interface Holder {
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** The command, as in `hostsfile-server serve`. */
  readonly what: string;
  /** What stops it, where it would come back after a `kill`. */
  readonly stopCommand?: string | undefined;
}

export interface HeldLock extends AsyncDisposable {
  readonly state: "held";
  readonly path: string;
  /** False once its file was removed or replaced by hand: then it keeps nobody out any more. */
  isKept(): boolean;
}

export type Lock =
  | HeldLock
  | { readonly state: "taken"; readonly holder: Holder | undefined; readonly trouble: Trouble }
  /** This user may not write beside the file. */
  | { readonly state: "denied"; readonly isFolderClosed: boolean; readonly trouble: Trouble }
  /** Nobody can, for now: the file system is full, read-only, or the folder is missing. */
  | { readonly state: "unavailable"; readonly isFolderClosed: boolean; readonly trouble: Trouble };

/** SQLite's result codes (sqlite.org/rescode.html). */
export const sqliteBusy = 5;
export const sqlitePermission = 3;
export const sqliteCorrupt = 11;
export const sqliteNotADatabase = 26;

export function sqliteCode(error: unknown): number | undefined {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number"
    ? error.errcode & 0xff
    : undefined;
}

/** Another one has it. */
export function taken(path: string, holder: Holder | undefined): Lock {
  const who =
    holder === undefined
      ? "another hostsfile-server"
      : `process ${holder.pid} (${holder.what}, since ${new Date(holder.since).toISOString()})`;
  return {
    state: "taken",
    holder,
    trouble: {
      code: "hosts-file-lock-taken",
      message: `${path} already has a writer: ${who}.`,
      ...stopAdvice(holder),
    },
  };
}

function stopAdvice(holder: Holder | undefined): Advice {
  if (holder === undefined) return { hint: "Stop the other one, or give each its own --hosts-file." };
  return {
    hint: "Give each its own --hosts-file, or stop the other one:",
    command: holder.stopCommand ?? `sudo kill ${holder.pid}`,
  };
}

/** It cannot be had by this user, or not for now. */
export function failed(path: string, error: unknown): Lock {
  const code = errorCode(error);
  if (code === "EACCES" || code === "EPERM" || sqliteCode(error) === sqlitePermission) {
    return {
      state: "denied",
      isFolderClosed: code === "EACCES",
      trouble: {
        code: "hosts-file-permission",
        message: `This user may not write in ${dirname(path)}, where ${basename(path)} is kept.`,
        hint: "Run it with sudo, or name a file of your own with --hosts-file.",
      },
    };
  }
  return {
    state: "unavailable",
    isFolderClosed: code === "EROFS",
    trouble: {
      code: "hosts-file-lock-unavailable",
      message: `No lock can be kept beside ${path} (${code ?? (error instanceof Error ? error.message : "unknown error")}).`,
      hint:
        code === "EROFS"
          ? `Its folder is mounted read-only. Mount it writable: \`sudo mount -o remount,rw $(findmnt -no TARGET --target ${dirname(path)})\`. It is tried again by itself.`
          : `Check \`df -h ${dirname(path)}\` and \`findmnt --target ${dirname(path)}\`. It is tried again by itself.`,
    },
  };
}
