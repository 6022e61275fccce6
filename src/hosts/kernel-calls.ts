/**
 * Two calls of the Linux kernel that Node does not offer: exchanging two files in one step, and asking whether anybody
 * has a file open for writing. They come from a small addon (kernel-calls.c), which is loaded when first asked for.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getAsset, isSea } from "node:sea";
import { getSystemErrorName } from "node:util";

export interface KernelCalls {
  /**
   * Lets two files change places, so that neither is lost (renameat2(2), RENAME_EXCHANGE).
   *
   * @returns false if the file system cannot do so; nothing was changed then
   * @throws a system error
   */
  exchange(left: string, right: string): boolean;
  /** Whether anybody has the file of a descriptor open for writing; undefined if the kernel does not tell. */
  hasWriter(descriptor: number): boolean | undefined;
}

/** The addon's functions return an integer; a negative one is the negated error number. */
interface Addon {
  readonly exchange: (left: string, right: string) => number;
  readonly hasWriter: (descriptor: number) => number;
}

let loaded: KernelCalls | undefined;

/** The calls; where the addon is missing or does not fit, no call is ever possible. */
export function kernelCalls(): KernelCalls {
  loaded ??= toCalls(loadAddon());
  return loaded;
}

function toCalls(addon: Addon | undefined): KernelCalls {
  return {
    exchange: (left, right) => addon !== undefined && isDone(addon.exchange(left, right)),
    hasWriter(descriptor) {
      const result = addon?.hasWriter(descriptor) ?? -1;
      return result < 0 ? undefined : result === 1;
    },
  };
}

/** What a kernel or a file system says that has no such call (renameat2(2)). */
const unsupported: ReadonlySet<string> = new Set(["EINVAL", "ENOSYS", "ENOTSUP"]);

function isDone(result: number): boolean {
  if (result === 0) return true;
  const code = getSystemErrorName(result);
  if (unsupported.has(code)) return false;
  throw Object.assign(new Error(`${code}: renameat2`), { code });
}

function loadAddon(): Addon | undefined {
  if (process.platform !== "linux") return undefined;
  const name = `kernel-calls-linux-${process.arch}.node`;
  try {
    return isSea() ? loadAsset(name) : open(join(programFolder(), name));
  } catch {
    // Compiled for no such machine, or not at all: the writer does without.
    return undefined;
  }
}

/** The program's own folder, or that of the last build while the source itself runs. */
function programFolder(): string {
  const folder = import.meta.dirname;
  return import.meta.url.endsWith(".ts") ? join(folder, "..", "..", "dist") : folder;
}

/** Only a file can be loaded, so the executable writes the addon to one that is for its user alone, and removes it at once. */
function loadAsset(name: string): Addon {
  const folder = mkdtempSync(join(tmpdir(), "hostsfile-server-"));
  try {
    const path = join(folder, name);
    writeFileSync(path, Buffer.from(getAsset(name)), { mode: 0o600 });
    return open(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function open(path: string): Addon {
  const module: { exports: Partial<Addon> } = { exports: {} };
  process.dlopen(module, path);
  const { exchange, hasWriter } = module.exports;
  if (exchange === undefined || hasWriter === undefined) throw new Error(`${path} is another addon`);
  return { exchange, hasWriter };
}
