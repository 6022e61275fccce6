/** Shows the view in a hosts file: reads it, renders the managed block, writes it safely, and keeps it there. */
import { join } from "node:path";
import type { Position } from "../../records/position.ts";
import type { View } from "../../records/view.ts";
import { type Trouble, TroubleError } from "../../base/trouble.ts";
import { BodyRenderer } from "./document/body-renderer.ts";
import { type Cut, cutBlock } from "./block-cut.ts";
import { compareBodies, renderBody, splitBody } from "./document/body.ts";
import { type Adopter, type AdoptionOutcome, AdoptionSlot, type HostsFileReport } from "./adoption-slot.ts";
import type { Adoption } from "./document/adoption.ts";
import { type Rendering, renderHostsFile, userPartOf } from "./document/document.ts";
import { HostEntrySelector, type Selection, selectHostEntries } from "./document/selection.ts";
import { type FileAccess, fileAccess } from "./writer/file-access.ts";
import { hostsFileTrouble } from "./hosts-file-trouble.ts";
import { hostsFileIdentity } from "./identity.ts";
import { takeLock } from "./lock.ts";
import type { Lock } from "./lock-outcome.ts";
import { contestedTrouble, lateCopyNotice, noticesOf, undecidableTrouble } from "./notice.ts";
import { refusedBy } from "./document/refusal.ts";
import { RepairLimit } from "./repair-limit.ts";
import type { Outcome } from "../../engine/reconciler-port.ts";
import type { Sink, SinkReport } from "../../engine/sink.ts";
import { realPathOf } from "./writer/snapshot.ts";
import { maxBytes, toText } from "./text.ts";
import { watchHostsFile } from "./watch.ts";
import { notKept } from "./writer/copies.ts";
import { moveOldCopies } from "./writer/old-state.ts";
import { HostsFileWriter, type Written } from "./writer/writer.ts";

export interface HostsFileSinkOptions {
  /** The hosts file; links are followed. A missing one is created when there is something to show. */
  readonly path: string;
  /** Copies of the user's file and the journal are kept in a folder of it; created if missing. */
  readonly stateFolder: string;
  /** The command that runs, for a second one that finds the lock taken. */
  readonly what: string;
  /** What stops it, where it would come back after a `kill`. */
  readonly stopCommand?: string | undefined;
  /** Called when somebody else changed the file, so that the view is applied again. */
  readonly onOutsideEdit: () => void;
  /**
   * What was shown before this start, worked out from saved state: after a restart it tells our lines from the user's
   * in a block that was edited meanwhile. Asked at the first `apply`.
   */
  readonly previous?: () => View | undefined;
  /** How far the store has come that the view is from, for the block to name; at least as far as the view. */
  readonly position?: () => Position | undefined;
  /** Milliseconds of a steady clock; default performance.now. */
  readonly clock?: () => number;
  readonly files?: FileAccess;
}

export interface HostsFileSink extends Sink, Adopter {
  /** How the last try to become the file's only writer ended; every `apply` tries again while it is not held. */
  readonly lock: Lock;
}

/**
 * Opens the sink: takes the lock, repairs what a crash left, and watches the file. Trouble does not throw: it is in
 * `lock`, or in the report of the next `apply`.
 */
export async function openHostsFileSink(options: HostsFileSinkOptions): Promise<HostsFileSink> {
  const sink = new FileSink(options);
  await sink.becomeWriter();
  return sink;
}

type Decided = Exclude<Rendering, { kind: "undecidable" }>;

class FileSink implements HostsFileSink {
  readonly id = hostsFileIdentity.id;
  readonly title = hostsFileIdentity.title;
  readonly path: string;
  readonly #options: Required<Omit<HostsFileSinkOptions, "stopCommand">> & Pick<HostsFileSinkOptions, "stopCommand">;
  readonly #folder: string;
  readonly #writer: HostsFileWriter;
  readonly #repairs = new RepairLimit();
  readonly #adoptions = new AdoptionSlot();
  #lock: Lock = { state: "unavailable", isFolderClosed: false, trouble: notOpened };
  #watch: Disposable | undefined;
  #realPath: string | undefined;
  /** The body of the block as it was left, and the whole file; `bytes` is undefined until the first write or look at our own. */
  #body: string | undefined;
  #bytes: Buffer | undefined;
  readonly #selector = new HostEntrySelector();
  readonly #renderer = new BodyRenderer();
  #lateNotices: readonly Trouble[] = [];

  constructor(options: HostsFileSinkOptions) {
    this.path = options.path;
    this.#options = {
      clock: () => performance.now(),
      files: fileAccess,
      previous: () => undefined,
      position: () => undefined,
      ...options,
    };
    this.#folder = join(options.stateFolder, this.id);
    this.#writer = new HostsFileWriter({
      ...this.#options,
      folder: this.#folder,
      oldFolder: options.stateFolder,
      onLateEdit: (copy) => this.#onLateEdit(copy),
      onNotice: (notice) => (this.#lateNotices = [...this.#lateNotices, notice]),
    });
  }

  get lock(): Lock {
    return this.#lock;
  }

  adopt(adoption: Adoption, showAgain: () => Promise<Outcome>): Promise<AdoptionOutcome> {
    return this.#adoptions.adopt(adoption, showAgain);
  }

  apply(view: View): Promise<SinkReport> {
    return this.#adoptions.apply((adoption) => this.#apply(view, adoption));
  }

  async #apply(view: View, adoption: Adoption | undefined): Promise<HostsFileReport> {
    try {
      const trouble = await this.becomeWriter();
      return trouble === undefined ? await this.#showWhole(view, adoption) : { ok: false, trouble };
    } catch (error) {
      const trouble = hostsFileTrouble(error, this.#options.path);
      if (trouble === undefined) throw error;
      return { ok: false, trouble };
    }
  }

  /** Becomes the only writer of the file that the path leads to now, unless it is already. */
  async becomeWriter(): Promise<Trouble | undefined> {
    try {
      const { files, path, stateFolder, what, stopCommand } = this.#options;
      const real = realPathOf(files, path);
      if (this.#lock.state === "held" && real === this.#realPath && this.#lock.isKept()) return undefined;
      await this.#letGo();
      const holder = { pid: process.pid, since: Date.now(), what, stopCommand };
      this.#lock = takeLock({ path: real, stateFolder, holder });
      if (this.#lock.state !== "held") return this.#lock.trouble;
      await this.#writer.recover();
      await this.#moveOldCopies();
      this.#realPath = real;
      this.#watch = watchHostsFile({ realPath: real, path, onPossibleChange: () => void this.#compare() });
      return undefined;
    } catch (error) {
      const trouble = hostsFileTrouble(error, this.#options.path);
      if (trouble === undefined) throw error;
      if (this.#lock.state !== "held") this.#lock = { state: "unavailable", isFolderClosed: false, trouble };
      return trouble;
    }
  }

  async #moveOldCopies(): Promise<void> {
    const { files, stateFolder, path } = this.#options;
    try {
      await moveOldCopies(files, { stateFolder, folder: this.#folder, path });
    } catch (error) {
      throw new TroubleError(notKept(stateFolder, error));
    }
  }

  async #showWhole({ entries }: View, adoption: Adoption | undefined): Promise<HostsFileReport> {
    const selection = this.#selector.select(entries);
    try {
      return await this.#show(selection, adoption);
    } catch (error) {
      if (!(error instanceof TroubleError) || error.code !== "hosts-file-too-large") throw error;
      return this.#shrink(selection, { adoption, error });
    }
  }

  /** Our own lines must never be what makes the file too large: they go first, and what is wanted is shown if it fits then. */
  async #shrink(
    selection: Selection,
    { adoption, error }: { readonly adoption: Adoption | undefined; readonly error: TroubleError },
  ): Promise<HostsFileReport> {
    let cut: Cut | undefined;
    const { bytes, method } = await this.#writer.update((found) => {
      cut = cutBlock(found, this.#body);
      const rest = cut.kind === "cut" ? cut.bytes : found;
      if (cut.kind === "undecidable" || (selection.wanted.length > 0 && rest.length > maxBytes)) throw error;
      return { bytes: rest, keepCopy: false };
    });
    [this.#body, this.#bytes] = ["", bytes];
    const removed = cut?.kind === "cut" ? splitBody(cut.shown) : [];
    if (bytes.length > maxBytes)
      return { ok: true, method, diff: { added: [], removed }, refused: selection.refused, notices: [] };
    const report = await this.#show(selection, adoption);
    if (!report.ok) return report;
    return { ...report, method, diff: { ...report.diff, removed: [...removed, ...report.diff.removed] } };
  }

  async #show({ wanted, refused }: Selection, adoption: Adoption | undefined): Promise<HostsFileReport> {
    this.#body ??= this.#bodyBefore();
    let decided: { readonly rendering: Decided; readonly isRepair: boolean } | undefined;
    const written = await this.#writer.update((bytes) => {
      const text = toText(this.#options.path, bytes);
      const render: typeof renderBody = (entries) => this.#renderer.render(entries);
      const position = this.#options.position();
      const rendering = renderHostsFile({ text, wanted, written: this.#body, position, adoption, render });
      if (rendering.kind === "undecidable") throw new TroubleError(undecidableTrouble(this.#options.path, rendering));
      const isRepair = this.#isRepair(rendering);
      decided = { rendering, isRepair };
      if (rendering.kind === "unchanged") return undefined;
      if (isRepair && !this.#repairs.allows(this.#options.clock())) {
        throw new TroubleError(contestedTrouble(this.#options.path, rendering.userPart));
      }
      const isAdopted = hasAdopted(rendering);
      const keepCopy = rendering.damage.length > 0 || isAdopted;
      const userPart = isAdopted ? userPartOf(text) : rendering.userPart;
      return { bytes: Buffer.from(rendering.text, "latin1"), userPart, keepCopy };
    });
    if (decided === undefined) throw new Error("the file was not read");
    const { rendering, isRepair } = decided;
    if (isRepair) this.#repairs.repaired(this.#options.clock());
    const restored = isRepair && rendering.shown !== this.#body;
    this.#body = rendering.body;
    this.#bytes = written.bytes;
    return { ...this.#report(rendering, written, restored), refused: refusedBy(rendering, refused) };
  }

  #bodyBefore(): string | undefined {
    const view = this.#options.previous();
    return view && renderBody(selectHostEntries(view.entries).wanted);
  }

  /** A write that brings back what was there: nobody asked for anything new. */
  #isRepair(rendering: Decided): boolean {
    const isAsBefore = this.#bytes !== undefined && rendering.body === this.#body;
    return rendering.kind === "changed" && isAsBefore && !hasAdopted(rendering);
  }

  #report(rendering: Decided, { method, copy, created }: Written, restored: boolean) {
    const { path } = this.#options;
    const notices = [...this.#lateNotices, ...noticesOf({ path, rendering, copy, restored, created })];
    this.#lateNotices = [];
    const diff = compareBodies(rendering.shown, rendering.body);
    const adopted = rendering.adopted && { edits: rendering.adopted, copy };
    const { position } = rendering;
    return { ok: true, method, diff, notices, isRepaired: restored, position, adopted } as const;
  }

  /** Something happened to the file: if it is not as we left it, the view must be applied again. */
  async #compare(): Promise<void> {
    // Somebody removed the lock. Its new holder may be writing.
    if (this.#lock.state !== "held" || !this.#lock.isKept()) return this.#options.onOutsideEdit();
    try {
      const bytes = await this.#writer.read();
      if (this.#bytes?.equals(bytes) !== true) this.#options.onOutsideEdit();
    } catch {
      // Unreadable for now: applying the view says why.
      this.#options.onOutsideEdit();
    }
  }

  #onLateEdit(copy: string | undefined): void {
    if (copy !== undefined) this.#lateNotices = [...this.#lateNotices, lateCopyNotice(this.#options.path, copy)];
    this.#options.onOutsideEdit();
  }

  async #letGo(): Promise<void> {
    this.#watch?.[Symbol.dispose]();
    this.#watch = undefined;
    if (this.#lock.state === "held") await this.#lock[Symbol.asyncDispose]();
  }

  /** Waits for the late look at what was replaced, then lets the lock go. The lines stay. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch?.[Symbol.dispose]();
    await this.#writer[Symbol.asyncDispose]();
    await this.#letGo();
  }
}

function hasAdopted({ adopted = [] }: Decided): boolean {
  return adopted.length > 0;
}

const notOpened: Trouble = {
  code: "hosts-file-lock-unavailable",
  message: "The hosts file has not been opened yet.",
  hint: "Wait a moment.",
};
