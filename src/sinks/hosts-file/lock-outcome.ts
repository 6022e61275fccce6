/** How a try to become the only writer of a hosts file ends, and what a user reads about it. */
import { basename, dirname } from "node:path";
import { renderCommand } from "../../base/shell.ts";
import { platform } from "../../platform/current.ts";
import type { Advice, Trouble } from "../../base/trouble.ts";
import { errorCode, sqliteCode, sqliteCodes } from "../../base/errors.ts";

/** The process that holds the lock. */
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

/** Another process has it. */
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
    command: holder.stopCommand ?? platform.commands.endProcess(holder.pid),
  };
}

/** This user cannot take it, or nobody can for now. */
export function failed(path: string, error: unknown): Lock {
  const code = errorCode(error);
  if (code === "EACCES" || code === "EPERM" || sqliteCode(error) === sqliteCodes.permission) {
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
      ...(code === "EROFS" ? remount(dirname(path)) : look(dirname(path))),
    },
  };
}

function remount(folder: string): Advice {
  return {
    hint: "Its folder is mounted read-only. Mount it writable:",
    command: platform.commands.asRoot(`mount -o remount,rw $(findmnt -no TARGET --target ${renderCommand([folder])})`),
  };
}

function look(folder: string): Advice {
  const word = renderCommand([folder]);
  return { hint: "Check the disk and the mount:", command: `df -h ${word}; findmnt --target ${word}` };
}
