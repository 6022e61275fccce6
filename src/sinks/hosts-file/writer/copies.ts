/** Keeps copies of the user's hosts file in the state folder: the very first one for ever, and the last few. */
import { basename, dirname, join } from "node:path";
import { userPartOf } from "../document/document.ts";
import { readIfThere, writeDurably } from "./durable-file.ts";
import { type FileAccess, unlessMissing } from "./file-access.ts";
import { maxBytes } from "../text.ts";
import { errorCode } from "../../../base/errors.ts";
import { renderCommand } from "../../../base/shell.ts";
import { type Trouble, TroubleError } from "../../../base/trouble.ts";

/** How many copies are kept beside the first one. */
const copiesKept = 5;

interface CopiesOptions {
  readonly files: FileAccess;
  /** The hosts file's own folder. */
  readonly folder: string;
  /** The hosts file, for its name. */
  readonly path: string;
}

/** The copies of one hosts file: `hosts.orig` is never overwritten; `hosts.<time>.copy` are the last few. */
export class Copies {
  readonly #files: FileAccess;
  readonly #folder: string;
  readonly #name: string;
  #userPart: string | undefined;

  constructor({ files, folder, path }: CopiesOptions) {
    this.#files = files;
    this.#folder = folder;
    this.#name = basename(path);
  }

  /**
   * Keeps a copy if the user's part differs from that of the last copy, by this process or another.
   *
   * @param bytes - the whole file, as it is before the write
   * @param userPart - its text without the managed block
   * @returns the path of the copy that was kept now, if one was
   * @throws TroubleError if the copy cannot be kept; then the file must not be written
   */
  async keepIfNew(bytes: Buffer, userPart: string): Promise<string | undefined> {
    if (userPart === this.#userPart) return undefined;
    try {
      const first = await this.#keepFirst(bytes);
      const copy = first ?? (this.#latestUserPart() === userPart ? undefined : await this.#keep(bytes));
      this.#userPart = userPart;
      return copy;
    } catch (error) {
      throw this.#notKept(error);
    }
  }

  /** Keeps a copy in any case, and returns its path. */
  async keep(bytes: Buffer): Promise<string> {
    try {
      return await this.#keep(bytes);
    } catch (error) {
      throw this.#notKept(error);
    }
  }

  async #keepFirst(bytes: Buffer): Promise<string | undefined> {
    const path = join(this.#folder, `${this.#name}.orig`);
    if (readIfThere(this.#files, path) !== undefined) return undefined;
    await writeDurably(this.#files, path, bytes);
    return path;
  }

  #latestUserPart(): string | undefined {
    const name = this.#list().at(-1) ?? `${this.#name}.orig`;
    const bytes = readIfThere(this.#files, join(this.#folder, name));
    return bytes === undefined || bytes.length > maxBytes ? undefined : userPartOf(bytes.toString("latin1"));
  }

  async #keep(bytes: Buffer): Promise<string> {
    const path = join(this.#folder, `${this.#name}.${this.#nextTime()}.copy`);
    await writeDurably(this.#files, path, bytes);
    for (const old of this.#list().slice(0, -copiesKept)) this.#files.unlink(join(this.#folder, old));
    return path;
  }

  /** After the latest copy's, whatever the clock says: else a clock that was set back would make the new one the oldest. */
  #nextTime(): string {
    const latest = this.#list()
      .at(-1)
      ?.slice(this.#name.length + 1, -".copy".length);
    const latestTime = Date.parse(latest?.replace(/T(\d\d)-(\d\d)-/, "T$1:$2:") ?? "") || 0;
    return new Date(Math.max(Date.now(), latestTime + 1)).toISOString().replaceAll(":", "-");
  }

  #list(): readonly string[] {
    const names = unlessMissing(() => this.#files.list(this.#folder)) ?? [];
    return names.filter((name) => isLaterCopy(this.#name, name)).toSorted();
  }

  /** What was thrown, explained. The folder that the command looks at must be there. */
  #notKept(error: unknown): TroubleError {
    const isThere = unlessMissing(() => this.#files.status(this.#folder)) !== undefined;
    return new TroubleError(notKept(isThere ? this.#folder : dirname(this.#folder), error), { cause: error });
  }
}

/**
 * Whether a file is a copy of a hosts file.
 *
 * @param path - the hosts file
 * @param name - the name of the file, without its folder
 */
export function isCopyOf(path: string, name: string): boolean {
  return name === `${basename(path)}.orig` || isLaterCopy(basename(path), name);
}

function isLaterCopy(of: string, name: string): boolean {
  return name.startsWith(`${of}.`) && name.endsWith(".copy");
}

/** The trouble of a copy that could not be kept in a folder. */
export function notKept(folder: string, error: unknown): Trouble {
  return {
    code: "hosts-file-copy-failed",
    message: `The hosts file was left as it is: no copy of it could be kept in ${folder} (${errorCode(error) ?? "unknown error"}).`,
    hint: `Make room in ${folder}, and let this user write there. This shows both:`,
    command: `df -h ${renderCommand([folder])}; ls -ld ${renderCommand([folder])}`,
  };
}
