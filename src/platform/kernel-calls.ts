/**
 * Calls of the Linux kernel that Node does not offer: exchanging two files in one step, asking whether anybody has a file
 * open for writing, sending a datagram to a socket of the Unix family, and giving memory back. They come from a small
 * addon (kernel-calls.c), which is loaded when first asked for.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { getAsset, isSea } from "node:sea";
import { getSystemErrorName } from "node:util";

interface KernelCalls {
  /**
   * Lets two files change places, so that neither is lost (renameat2(2), RENAME_EXCHANGE).
   *
   * @returns false if the file system cannot do so; nothing was changed then
   * @throws a system error
   */
  exchange(left: string, right: string): boolean;
  /** Whether anybody has the file of a descriptor open for writing; undefined if the kernel does not tell. */
  hasWriter(descriptor: number): boolean | undefined;
  /**
   * Sends a text to the service manager, from this very process (sd_notify(3)).
   *
   * @param socket - a path, or a name of the abstract namespace behind `@`
   * @returns whether it was sent
   */
  notify(socket: string, text: string): boolean;
  /**
   * Gives memory that the C library keeps for later back to the system (malloc_trim(3)). V8's heap is not part of it.
   *
   * @returns whether the C library can do so; musl cannot
   */
  trimMemory(): boolean;
}

/** The addon's functions return an integer; a negative one is the negated error number. */
interface Addon {
  readonly exchange: (left: string, right: string) => number;
  readonly hasWriter: (descriptor: number) => number;
  readonly notify: (socket: string, text: string) => number;
  readonly trimMemory: () => number;
}

/** The addon's file. */
export const addonName = `kernel-calls-linux-${process.arch}.node`;

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
    notify: (socket, text) => addon?.notify(socket, text) === 0,
    trimMemory: () => addon?.trimMemory() === 0,
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
  try {
    return isSea() ? loadBeside() : open(join(programFolder(), addonName));
  } catch {
    // Compiled for no such machine, or not at all: the writer does without.
    return undefined;
  }
}

/** An installed executable has it beside it, in a folder that only root writes; one that was downloaded trusts no file there. */
function loadBeside(): Addon {
  const path = join(dirname(process.execPath), addonName);
  return path.startsWith("/usr/") && existsSync(path) ? open(path) : loadAsset(addonName);
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
  const { exchange, hasWriter, notify, trimMemory } = module.exports;
  if (exchange === undefined || hasWriter === undefined || notify === undefined || trimMemory === undefined) {
    throw new Error(`${path} is another addon`);
  }
  return { exchange, hasWriter, notify, trimMemory };
}
