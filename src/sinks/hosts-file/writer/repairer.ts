/** Repairs a hosts file that a write in place left torn, from its journal, before anything else is done with the file. */
import { type Trouble, TroubleError } from "../../../base/trouble.ts";
import type { Copies } from "./copies.ts";
import { type FileAccess, unlessMissing } from "./file-access.ts";
import { hostsFileTrouble } from "../hosts-file-trouble.ts";
import * as journals from "./journal.ts";
import { journalDamagedNotice, repairedNotice, tornEditedNotice, tornTrouble } from "../notice.ts";
import { type Snapshot, realPathOf, toInode } from "./snapshot.ts";

interface RepairerOptions {
  readonly files: FileAccess;
  /** The path as configured, which may be a link. */
  readonly path: string;
  /** The hosts file's own folder, where journals are kept. */
  readonly folder: string;
  /** Where journals may lie as well. */
  readonly oldFolder?: string | undefined;
  readonly copies: Copies;
  readonly onNotice: (notice: Trouble) => void;
  /** Writes the file, without coming back here. */
  readonly write: (plan: (bytes: Buffer, kind: Snapshot["kind"]) => Repaired | undefined) => Promise<unknown>;
}

interface Repair {
  readonly judgement: journals.Judgement | undefined;
  /** The bytes that were torn. */
  readonly torn: Buffer | undefined;
}

interface Repaired {
  readonly bytes: Buffer;
  readonly keepCopy: boolean;
}

/** Opens and closes the journal of one hosts file. While one is open, no other is opened and nothing but the repair is written. */
export class Repairer {
  readonly #options: RepairerOptions;
  /** Whether a journal may be open: this process opened one, or has not looked yet. */
  #mayBeTorn = true;
  #isRepairing = false;
  /** The journal that this process opened. */
  #file: string | undefined;

  constructor(options: RepairerOptions) {
    this.#options = options;
  }

  /** Another process may have written since, so the next `repair` reads the folder. */
  lookAgain(): void {
    this.#mayBeTorn = true;
  }

  /** Makes old and new bytes durable before the first byte is written. A repair already has its journal. */
  async prepare({ path, inode, bytes }: Extract<Snapshot, { kind: "file" }>, newBytes: Buffer): Promise<void> {
    if (this.#isRepairing) return;
    const { files, folder } = this.#options;
    this.#mayBeTorn = true;
    this.#file = await journals.openJournal(files, folder, { path, inode, oldBytes: bytes, newBytes });
  }

  /** Closes the journal after the write has come to its end, or did not begin. */
  async done(): Promise<void> {
    if (this.#isRepairing || this.#file === undefined) return;
    await journals.closeJournal(this.#options.files, this.#file);
    this.#file = undefined;
    this.#mayBeTorn = false;
  }

  /**
   * Repairs the file if a journal is open.
   *
   * @throws TroubleError that says where the bytes are, if the file is torn and cannot be repaired yet; a system error
   */
  async repair(): Promise<void> {
    if (!this.#mayBeTorn) return;
    const { files, path, folder, oldFolder } = this.#options;
    const real = realPathOf(files, path);
    const status = unlessMissing(() => files.status(real));
    // A file that is not there may come back as it was left, as a mount does.
    if (status === undefined) return;
    this.#isRepairing = true;
    try {
      let isLeft = false;
      const folders = oldFolder === undefined ? [folder] : [folder, oldFolder];
      for (const journal of journals.findJournals(files, folders, { path: real, inode: toInode(status) })) {
        isLeft = !(await this.#repairFrom(journal)) || isLeft;
      }
      this.#mayBeTorn = isLeft;
    } finally {
      this.#isRepairing = false;
    }
  }

  /** Returns whether the journal is no longer needed. */
  async #repairFrom({ file, entry }: journals.Journal): Promise<boolean> {
    const { files, path, copies, onNotice } = this.#options;
    if (entry === undefined) {
      onNotice(journalDamagedNotice(path, await journals.setAsideJournal(files, file)));
      return true;
    }
    const { judgement, torn } = await this.#restore(file, entry);
    if (judgement === undefined) return false;
    if (judgement.kind === "edited") onNotice(tornEditedNotice(path, await copies.keep(entry.oldBytes)));
    await journals.closeJournal(files, file);
    if (torn === undefined) return true;
    // The journal explained every byte of it, so the file is whole without this copy too.
    onNotice(repairedNotice(path, await copies.keep(torn).catch(() => undefined)));
    return true;
  }

  /** Writes the file as the journal says; there is no judgement of a file that has gone meanwhile. */
  async #restore(file: string, entry: journals.JournalEntry): Promise<Repair> {
    let repair: Repair = { judgement: undefined, torn: undefined };
    try {
      await this.#options.write((bytes, kind) => {
        const judgement = kind === "missing" ? undefined : journals.judgeTorn(bytes, entry);
        repair = { judgement, torn: judgement?.kind === "torn" ? bytes : repair.torn };
        return judgement?.kind === "torn" ? { bytes: judgement.bytes, keepCopy: false } : undefined;
      });
      return repair;
    } catch (error) {
      const { path } = this.#options;
      if (repair.torn === undefined) throw error;
      throw new TroubleError(tornTrouble(path, file, hostsFileTrouble(error, path)), { cause: error });
    }
  }
}
