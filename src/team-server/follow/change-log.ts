/** The latest changes of what a team publishes, from which desktops that were away go on without a new list. */

/** What a key came to hold; undefined where it is gone. */
export interface LoggedChange {
  /** Below the projection's path, as in `/io/dtk/foo/hfs4`. */
  readonly key: string;
  readonly value: string | undefined;
}

/** What one revision changed. */
export interface LogEntry {
  readonly revision: bigint;
  readonly changes: readonly LoggedChange[];
}

interface Limits {
  /** Changes that are kept. */
  readonly changes: number;
  /** Characters of keys and values that are kept. */
  readonly characters: number;
}

const usualLimits: Limits = { changes: 100_000, characters: 32 * 1024 * 1024 };

/** Entries that have gone are taken out of memory when there are so many. */
const goneMost = 1024;

export class ChangeLog {
  readonly #limits: Limits;
  #entries: LogEntry[] = [];
  /** Index of the first entry that is kept. */
  #first = 0;
  #changes = 0;
  #characters = 0;
  /** Everything after it is kept. */
  #floor: bigint;

  /** @param floor - everything after it will be added */
  constructor(floor: bigint, limits: Limits = usualLimits) {
    this.#floor = floor;
    this.#limits = limits;
  }

  /** The revision after which everything is known. */
  get floor(): bigint {
    return this.#floor;
  }

  /** Begins later than thought, before anything was added, since what was before is not kept by anybody. */
  begin(floor: bigint): void {
    this.#floor = floor;
  }

  /** The revision of the latest entry; the floor without one. */
  get last(): bigint {
    return this.#entries.at(-1)?.revision ?? this.#floor;
  }

  /** Adds what a revision changed. Revisions come in order; one that came already is left out. */
  add(entry: LogEntry): void {
    if (entry.revision <= this.last) return;
    this.#entries.push(entry);
    this.#count(entry, 1);
    while (this.#changes > this.#limits.changes || this.#characters > this.#limits.characters) this.#drop();
    if (this.#first < goneMost) return;
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }

  /**
   * What changed after a revision, in order, as far as it fits.
   *
   * @param most - characters after which no further entry is begun
   * @returns undefined where some of it is not kept any more
   */
  after(revision: bigint, most: number): readonly LogEntry[] | undefined {
    if (revision < this.#floor) return undefined;
    const found: LogEntry[] = [];
    let characters = 0;
    for (let index = this.#indexAfter(revision); index < this.#entries.length && characters < most; index += 1) {
      const entry = this.#entries[index];
      if (entry === undefined) break;
      found.push(entry);
      characters += charactersOf(entry);
    }
    return found;
  }

  #indexAfter(revision: bigint): number {
    let [low, high] = [this.#first, this.#entries.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((this.#entries[middle]?.revision ?? 0n) <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #drop(): void {
    const oldest = this.#entries[this.#first];
    if (oldest === undefined) return;
    this.#count(oldest, -1);
    this.#floor = oldest.revision;
    this.#first += 1;
    if (this.#first < this.#entries.length) return;
    this.#entries = [];
    this.#first = 0;
  }

  #count(entry: LogEntry, sign: 1 | -1): void {
    this.#changes += sign * entry.changes.length;
    this.#characters += sign * charactersOf(entry);
  }
}

function charactersOf({ changes }: LogEntry): number {
  let characters = 0;
  for (const { key, value = "" } of changes) characters += key.length + value.length;
  return characters;
}
