/** The real file system with one call that fails: the only fake there is, because a disk does not fail on demand. */
import { type FileAccess, type OpenFile, fileAccess } from "../../src/sinks/hosts-file/writer/file-access.ts";

export interface Failing {
  readonly files: FileAccess;
  /** The calls that were made, in their order. */
  readonly calls: readonly string[];
}

/**
 * Makes the n-th call fail.
 *
 * @param at - which call, counted from 0; Infinity for none
 * @param code - the error's code; a failing write stores half of its bytes first, as a full disk does
 * @param forever - whether every later call that changes something fails alike
 */
export function failingFiles(at: number, code: string, forever = false): Failing {
  const calls: string[] = [];
  const check = (name: string, before: () => void = () => {}): void => {
    calls.push(name);
    const index = calls.length - 1;
    if (index !== at && !(forever && index > at && changes.has(name))) return;
    before();
    throw Object.assign(new Error(`${code}: ${name} fails`), { code });
  };
  const wrap = (file: OpenFile): OpenFile => ({
    status: () => (check("fstat"), file.status()),
    read: (bytes, position) => (check("read"), file.read(bytes, position)),
    write: (bytes, position) => {
      check("write", () => file.write(bytes.subarray(0, bytes.length >>> 1), position));
      return file.write(bytes, position);
    },
    truncate: (length) => (check("truncate"), file.truncate(length)),
    setMode: (mode) => (check("chmod"), file.setMode(mode)),
    setOwner: (owner, group) => (check("chown"), file.setOwner(owner, group)),
    sync: async () => (check("fsync"), file.sync()),
    hasWriter: () => file.hasWriter(),
    [Symbol.dispose]: () => file[Symbol.dispose](),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  });
  const files: FileAccess = {
    open: (path, flags, mode) => (check("open"), wrap(fileAccess.open(path, flags, mode))),
    status: (path) => (check("lstat"), fileAccess.status(path)),
    realPath: (path) => (check("realpath"), fileAccess.realPath(path)),
    rename: (from, to) => (check("rename"), fileAccess.rename(from, to)),
    exchange: (left, right) => (check("exchange"), fileAccess.exchange(left, right)),
    link: (from, to) => (check("link"), fileAccess.link(from, to)),
    unlink: (path) => (check("unlink"), fileAccess.unlink(path)),
    list: (folder) => (check("list"), fileAccess.list(folder)),
    createFolder: (folder) => (check("mkdir"), fileAccess.createFolder(folder)),
  };
  return { files, calls };
}

const changes: ReadonlySet<string> = new Set([
  "write",
  "truncate",
  "chmod",
  "chown",
  "fsync",
  "rename",
  "exchange",
  "link",
  "mkdir",
]);
