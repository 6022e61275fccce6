/**
 * Looks again at a file that was replaced. A process that had opened the hosts file before goes on writing into the old
 * inode, where nobody would ever read it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Fingerprint, asidePath, fingerprintOf } from "./aside.ts";
import { removeQuietly } from "./durable-file.ts";
import { type FileAccess, type OpenFile, holds, readAll } from "./file-access.ts";
import { lineFeed } from "../../../base/bytes.ts";

/** What came into the old inode after it was replaced. */
export type LateEdit =
  | { readonly kind: "appended"; readonly bytes: Buffer }
  /** The whole file was written anew; `replacedBy` is what had been put in its place, undefined after a restart. */
  | { readonly kind: "rewritten"; readonly bytes: Buffer; readonly replacedBy: Fingerprint | undefined };

export interface ReplacedFile {
  /** Open for reading; closed when nothing more can come. */
  readonly file: OpenFile;
  /** What it held when it was replaced. */
  readonly held: Buffer | Fingerprint;
  /** What was put in its place. */
  readonly replacedBy: Buffer | undefined;
  /** Where it lies while somebody writes to it; undefined if it has no name any more. */
  readonly aside: string | undefined;
}

export interface LookOptions {
  readonly files: FileAccess;
  /** The hosts file's real path. */
  readonly path: string;
  /** Puts what came late where a person finds it; throws if that cannot be done now. */
  readonly bringIn: (edit: LateEdit) => Promise<void>;
}

/** Milliseconds before the first look; long enough for a program that was just about to open the file. */
const firstDelay = 200;

/** Milliseconds between later looks. */
const interval = 1_000;

/** Looks at a file of which the kernel does not say whether anybody writes to it: ten minutes. */
const patience = 600;

/** One replaced file, looked at for as long as something may come. */
export class LateLook {
  readonly #options: LookOptions;
  readonly #file: OpenFile;
  #held: Buffer | Fingerprint;
  #replacedBy: Buffer | Fingerprint | undefined;
  #aside: string | undefined;
  #hasWriter: boolean | undefined = true;
  /** When the file was last changed, as of the last look, and whether something in it was left for a later one. */
  #changed: string | undefined;
  #isPending = false;
  #asked: "nothing" | "release" | "stop" = "nothing";
  #wake = (): void => {};
  /** Ends with the first look. */
  readonly first: Promise<void>;
  /** Ends with the last one. */
  readonly last: Promise<void>;

  constructor({ file, held, replacedBy, aside }: ReplacedFile, options: LookOptions) {
    this.#options = options;
    this.#file = file;
    this.#held = held;
    this.#replacedBy = replacedBy;
    this.#aside = aside;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.first = promise;
    this.last = this.#follow(resolve);
  }

  /** Where the file lies now, if it has a name. */
  get aside(): string | undefined {
    return this.#aside;
  }

  /** Whether somebody writes to it, as of the last look; undefined if the kernel does not tell. */
  get hasWriter(): boolean | undefined {
    return this.#hasWriter;
  }

  /** Makes the next look the last unless somebody is known to write to the file: then letting go of it frees no space. */
  release(): void {
    if (this.#asked === "nothing") this.#asked = "release";
    this.#wake();
  }

  /** Makes the next look the last. A file that has a name and a writer is left where it is, for the next start. */
  stop(): void {
    this.#asked = "stop";
    this.#wake();
  }

  async #follow(endFirst: () => void): Promise<void> {
    await using file = this.#file;
    await sleep(firstDelay);
    for (let count = 1; ; count += 1) {
      // Asked before reading: what is read when no writer is left is all there will ever be.
      this.#hasWriter = file.hasWriter();
      const isStopping = this.#asked === "stop";
      const isComplete = this.#isComplete(count);
      const isDone = await this.#look(isComplete).catch(() => false);
      endFirst();
      if (isStopping || (isComplete && isDone)) {
        if (isComplete && isDone && this.#aside !== undefined) removeQuietly(this.#options.files, this.#aside);
        return;
      }
      this.#forget();
      await this.#pause();
    }
  }

  #isComplete(count: number): boolean {
    if (this.#hasWriter === true) return this.#asked === "stop" && this.#aside === undefined;
    return this.#hasWriter === false || this.#asked !== "nothing" || count > patience;
  }

  /** Takes what came. Returns true if nothing was left for a later look. */
  async #look(isComplete: boolean): Promise<boolean> {
    const { mtimeNs, ctimeNs, size } = this.#file.status();
    const changed = `${mtimeNs} ${ctimeNs} ${size}`;
    const isQuiet = changed === this.#changed;
    if (isQuiet && !isComplete && !this.#isPending) return true;
    this.#changed = changed;
    if (Buffer.isBuffer(this.#held) && holds(this.#file, this.#held)) return true;
    const bytes = readAll(this.#file);
    this.#isPending = true;
    const edit = this.#editIn(bytes, isComplete || (isQuiet && this.#hasWriter === undefined));
    if (edit !== undefined) {
      await this.#options.bringIn(edit);
      const taken = edit.kind === "appended" ? this.#held.length + edit.bytes.length : bytes.length;
      this.#take(bytes.subarray(0, taken), edit.kind);
    }
    this.#isPending = !isAll(bytes, this.#held);
    return !this.#isPending;
  }

  /** Whole lines are taken at once; half a line, and what replaces the whole file, when it is settled. */
  #editIn(bytes: Buffer, isSettled: boolean): LateEdit | undefined {
    if (!startsWith(bytes, this.#held)) {
      const replacedBy = this.#replacedBy && toFingerprint(this.#replacedBy);
      return isSettled ? { kind: "rewritten", bytes, replacedBy } : undefined;
    }
    const end = isSettled ? bytes.length : bytes.lastIndexOf(lineFeed) + 1;
    if (end <= this.#held.length) return undefined;
    return { kind: "appended", bytes: bytes.subarray(this.#held.length, end) };
  }

  #take(bytes: Buffer, kind: LateEdit["kind"]): void {
    this.#held = fingerprintOf(bytes);
    if (kind === "rewritten") this.#replacedBy = this.#held;
    if (this.#aside === undefined) return;
    const renamed = asidePath(this.#options.path, this.#held);
    this.#options.files.rename(this.#aside, renamed);
    this.#aside = renamed;
  }

  /** Keeps in memory only what is needed to know the bytes again. */
  #forget(): void {
    this.#held = toFingerprint(this.#held);
    this.#replacedBy = this.#replacedBy && toFingerprint(this.#replacedBy);
  }

  async #pause(): Promise<void> {
    if (this.#asked === "stop" || (this.#asked === "release" && this.#hasWriter === undefined)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, interval).unref();
    await promise;
    clearTimeout(timer);
  }
}

function toFingerprint(held: Buffer | Fingerprint): Fingerprint {
  return Buffer.isBuffer(held) ? fingerprintOf(held) : held;
}

function startsWith(bytes: Buffer, held: Buffer | Fingerprint): boolean {
  if (Buffer.isBuffer(held)) return bytes.subarray(0, held.length).equals(held);
  return isAll(bytes.subarray(0, held.length), held);
}

function isAll(bytes: Buffer, held: Buffer | Fingerprint): boolean {
  const { length, digest } = toFingerprint(held);
  return bytes.length === length && fingerprintOf(bytes).digest === digest;
}
