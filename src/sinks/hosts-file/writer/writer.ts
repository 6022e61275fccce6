/** The only writer of the hosts file: reads it, lets the caller decide what it becomes, and brings that out without ever losing a byte. */
import { platform } from "../../../platform/current.ts";
import { type Trouble, TroubleError } from "../../../base/trouble.ts";
import { fingerprintOf } from "./aside.ts";
import { type FileAccess } from "./file-access.ts";
import { carryOver } from "./carry-over.ts";
import { Copies } from "./copies.ts";
import { overwriteFile } from "./in-place.ts";
import type { LateEdit } from "./late-look.ts";
import { LateLooks } from "./late-looks.ts";
import { Repairer } from "./repairer.ts";
import { linkedNotice } from "../notice.ts";
import { type Replaced, replaceFile, sweepTemporaries } from "./replace.ts";
import { type Inode, type Snapshot, isSame, realPathOf, takeSnapshot } from "./snapshot.ts";
import { errorCode } from "../../../base/errors.ts";

/** What the file is to become. */
interface WritePlan {
  readonly bytes: Buffer;
  /** The text that is the user's alone: when it is not the last known one, a copy of the file is kept. */
  readonly userPart?: string;
  /** Whether a copy must be kept whatever the user's part is, because the file was damaged. */
  readonly keepCopy: boolean;
}

export interface Written {
  readonly method: "unchanged" | "rename" | "in-place";
  /** What the file holds now. */
  readonly bytes: Buffer;
  /** Path of the copy that {@link WritePlan.keepCopy} asked for. */
  readonly copy?: string | undefined;
  /** Whether the file was missing. */
  readonly created: boolean;
}

interface WriterOptions {
  readonly files: FileAccess;
  readonly path: string;
  /** Where copies and the journal are kept; created if missing. */
  readonly folder: string;
  /** Where an earlier version may have left an open journal. */
  readonly oldFolder?: string | undefined;
  /** Called after something that came late was brought into the file; `copy` is where it went if it could not. */
  readonly onLateEdit: (copy: string | undefined) => void;
  /** Called with what a user should know about a write that had not come to its end. */
  readonly onNotice?: (notice: Trouble) => void;
}

/** How often a file that others edit meanwhile is read again before giving up for now. */
const maxAttempts = 5;

/** How often what came late is brought in again while others keep editing the file, before it is kept as a copy. */
const maxRounds = 10;

type FileSnapshot = Extract<Snapshot, { kind: "file" }>;

export class HostsFileWriter implements AsyncDisposable {
  readonly #options: WriterOptions;
  readonly #copies: Copies;
  readonly #looks: LateLooks;
  /** The inode that we left behind, and whether it has an access list or a label. */
  #own: { readonly inode: Inode; readonly extended: boolean } | undefined;
  /** The inode that could not be replaced, so that it is not tried at every change. */
  #fixed: Inode | undefined;
  /** What we left in the file the last time that it was written in place. */
  #left: Buffer | undefined;
  readonly #repairer: Repairer;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#copies = new Copies(options);
    const { onNotice = (): void => {} } = options;
    this.#repairer = new Repairer({ ...options, onNotice, copies: this.#copies, write: (plan) => this.#try(plan) });
    this.#looks = new LateLooks({ ...options, bringIn: (edit) => this.#bringIn(edit) });
  }

  /**
   * Repairs what a crash left: temporary files beside the hosts file, and a file torn by a write in place.
   *
   * @throws TroubleError or a system error
   */
  async recover(): Promise<void> {
    const { files, path } = this.#options;
    const real = realPathOf(files, path);
    sweepTemporaries(files, real);
    this.#looks.adopt(files, real);
    this.#repairer.lookAgain();
    await this.read();
  }

  /**
   * Reads the file, in turn with the updates.
   *
   * @throws as {@link update}
   */
  async read(): Promise<Buffer> {
    const { bytes } = await this.update(() => undefined);
    return bytes;
  }

  /**
   * Reads the file and writes what it is to become. Updates run one after the other.
   *
   * @param plan - called with the file's bytes, again when somebody edited it meanwhile; undefined leaves it as it is
   * @throws TroubleError or a system error; then the file holds every line that it had, or a journal does and the
   *   error says so
   */
  async update(plan: (bytes: Buffer) => WritePlan | undefined): Promise<Written> {
    await this.#looks.waitForRoom();
    try {
      return await this.#enqueue(plan);
    } catch (error) {
      // Replaced inodes that are still open take space: on a small disk it may be theirs that is missing.
      if (errorCode(error) !== "ENOSPC" || this.#looks.isEmpty) throw error;
      await this.#looks.release();
      return this.#enqueue(plan);
    }
  }

  #enqueue(plan: (bytes: Buffer) => WritePlan | undefined): Promise<Written> {
    const result = this.#queue.then(() => this.#update(plan));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Before anything else, and after a failure at once, a file that is torn is repaired. */
  async #update(plan: (bytes: Buffer) => WritePlan | undefined): Promise<Written> {
    await this.#repairer.repair();
    try {
      return await this.#try(plan);
    } catch (error) {
      await this.#repairer.repair();
      throw error;
    }
  }

  async #try(plan: (bytes: Buffer, kind: Snapshot["kind"]) => WritePlan | undefined): Promise<Written> {
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const written = await this.#attempt(plan);
      if (written !== undefined) return written;
    }
    throw new TroubleError(busy(this.#options.path));
  }

  async #attempt(plan: (bytes: Buffer, kind: Snapshot["kind"]) => WritePlan | undefined): Promise<Written | undefined> {
    const snapshot = takeSnapshot(this.#options.files, this.#options.path);
    let handed = false;
    try {
      const planned = plan(snapshot.bytes, snapshot.kind);
      if (planned === undefined || planned.bytes.equals(snapshot.bytes)) {
        return { method: "unchanged", bytes: snapshot.bytes, created: false };
      }
      const copy = snapshot.kind === "file" ? await this.#keepCopy(snapshot, planned) : undefined;
      const replaced = await this.#replace(snapshot, planned.bytes);
      if (replaced.kind === "impossible" && snapshot.kind === "file")
        return await this.#overwrite(snapshot, planned.bytes, copy);
      if (replaced.kind !== "replaced") return undefined;
      if (snapshot.kind === "file") {
        handed = true;
        const { file, bytes: held, path, hasOtherName } = snapshot;
        if (hasOtherName) this.#options.onNotice?.(linkedNotice(this.#options.path));
        this.#looks.add({ file, held, replacedBy: planned.bytes, aside: replaced.aside }, path);
      }
      return { method: "rename", bytes: planned.bytes, copy, created: snapshot.kind === "missing" };
    } finally {
      if (!handed && snapshot.kind === "file") snapshot.file[Symbol.dispose]();
    }
  }

  async #keepCopy({ bytes }: FileSnapshot, { userPart, keepCopy }: WritePlan): Promise<string | undefined> {
    const kept = userPart === undefined ? undefined : await this.#copies.keepIfNew(bytes, userPart);
    return keepCopy ? (kept ?? this.#copies.keep(bytes)) : undefined;
  }

  async #replace(snapshot: Snapshot, bytes: Buffer): Promise<Replaced> {
    const inode = snapshot.kind === "file" ? snapshot.inode : undefined;
    if (isSame(inode, this.#fixed)) return { kind: "impossible", cause: undefined };
    const isOwn = isSame(inode, this.#own?.inode);
    const copyExtended = !isOwn || this.#own?.extended === true;
    const replaced = await replaceFile({ ...this.#options, snapshot, bytes, copyExtended });
    if (replaced.kind === "replaced") this.#own = replaced;
    if (replaced.kind === "impossible") {
      if (inode === undefined) throw replaced.cause;
      this.#fixed = inode;
    }
    return replaced;
  }

  async #overwrite(snapshot: FileSnapshot, bytes: Buffer, copy: string | undefined): Promise<Written | undefined> {
    const isEdited = this.#left?.equals(snapshot.bytes) !== true;
    try {
      const prepare = (): Promise<void> => this.#repairer.prepare(snapshot, bytes);
      const overwritten = await overwriteFile({ ...this.#options, snapshot, bytes, isEdited, prepare });
      await this.#repairer.done();
      if (overwritten === undefined) return undefined;
      this.#left = overwritten;
      return { method: "in-place", bytes: overwritten, copy, created: false };
    } catch (error) {
      // What hinders both ways, as a protected file does, may be lifted: then the better way is tried first again.
      this.#fixed = undefined;
      throw error;
    }
  }

  /**
   * What was appended goes to the end; a whole new file counts if ours is still there. What cannot be brought in, also
   * because the file cannot be written now, is kept as a copy: nobody else has it any more.
   */
  async #bringIn(edit: LateEdit): Promise<void> {
    let lost = false;
    const result = this.#insist((current) => {
      if (edit.kind === "appended") return { bytes: carryOver(current, edit.bytes), keepCopy: false };
      lost = edit.bytes.length === 0 || !isReplacement(current, edit);
      return lost ? undefined : { bytes: edit.bytes, keepCopy: true };
    });
    await result.catch(() => (lost = true));
    const copy = lost && edit.bytes.length > 0 ? await this.#copies.keep(edit.bytes) : undefined;
    this.#options.onLateEdit(copy);
  }

  /** As `update`, for bytes that nobody else has. It tries longer when others keep editing the file. */
  async #insist(plan: (bytes: Buffer) => WritePlan | undefined): Promise<Written> {
    for (let round = 1; ; round += 1) {
      try {
        return await this.#enqueue(plan);
      } catch (error) {
        const isBusy = error instanceof TroubleError && error.code === "hosts-file-busy";
        if (!isBusy || round === maxRounds) throw error;
      }
    }
  }

  /** Waits for what runs and for every late look. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#looks.stop();
    await this.#queue;
  }
}

/** Whether the file is still what was put in the place of what was then written anew. */
function isReplacement(current: Buffer, { replacedBy }: Extract<LateEdit, { kind: "rewritten" }>): boolean {
  return current.length === replacedBy?.length && fingerprintOf(current).digest === replacedBy.digest;
}

function busy(path: string): Trouble {
  return {
    code: "hosts-file-busy",
    message: `${path} was left as it is: another program edited it each of the ${maxAttempts} times that it was about to be written.`,
    hint: "Find out which program has it open:",
    command: platform.commands.showUsers(path),
  };
}
