/** The state folder: made for its owner alone, and refused when somebody else could change what lies in it. */
import {
  constants,
  closeSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
} from "node:fs";
import { dirname } from "node:path";
import { StoreTroubleError } from "../engine/store-trouble.ts";
import { currentGroup, currentUser } from "../platform/user.ts";
import { errorCode } from "../base/errors.ts";

const writableByGroup = 0o020;
const writableByOthers = 0o002;
const sticky = 0o1000;

/**
 * Makes the state folder when it is not there, and checks that nobody but its owner and root can write to it.
 *
 * @param folder - absolute path
 * @returns the folder's real path
 * @throws StoreTroubleError `state-folder-unsafe` when it is a symbolic link, belongs to somebody else, or it or a
 *   parent without sticky bit is writable by others; errors of the file system as they come
 */
export function prepareStateFolder(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (lstatSync(folder).isSymbolicLink()) throw unsafe(folder, "is a symbolic link");
  const real = realpathSync(folder);
  if (!belongsToUs(lstatSync(real).uid)) throw unsafe(real, "belongs to somebody else");
  for (let path = real; ; path = dirname(path)) {
    const { mode, uid, gid } = lstatSync(path);
    const others = (mode & writableByOthers) !== 0 || ((mode & writableByGroup) !== 0 && !isOwnGroup(gid));
    if (others && (path === real || (mode & sticky) === 0)) throw unsafe(path, "is writable by others");
    if (!belongsToUs(uid) && uid !== 0) throw unsafe(path, "belongs to somebody else");
    if (path === dirname(path)) return real;
  }
}

/**
 * Makes sure that a file of the store is a regular file of ours with mode 0600, creating it empty when it is not there.
 *
 * @param path - absolute path in the state folder
 * @throws StoreTroubleError `state-folder-unsafe` when it is a symbolic link or not a regular file
 */
export function prepareStateFile(path: string): void {
  let file: number;
  try {
    file = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  } catch (error) {
    if (errorCode(error) === "ELOOP") throw unsafe(path, "is a symbolic link");
    throw error;
  }
  try {
    const { mode, uid } = fstatSync(file);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw unsafe(path, "is not a regular file");
    if (!belongsToUs(uid)) throw unsafe(path, "belongs to somebody else");
    if ((mode & 0o777) !== 0o600) fchmodSync(file, 0o600);
  } finally {
    closeSync(file);
  }
}

/** Makes a rename or creation in a folder durable (fsync(2), NOTES). */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function belongsToUs(uid: number): boolean {
  const user = currentUser();
  return user === undefined || uid === user;
}

function isOwnGroup(gid: number): boolean {
  return gid === 0 || gid === currentGroup();
}

function unsafe(path: string, what: string): StoreTroubleError {
  return new StoreTroubleError({
    code: "state-folder-unsafe",
    endsStart: true,
    message: `The state folder cannot be trusted: ${path} ${what}.`,
    hint: "Choose another folder with --state-dir, or make this one yours alone:",
    command: `chown $(id -u) ${path} && chmod go-w ${path}`,
  });
}
