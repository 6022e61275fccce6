/** The replaced files that something may still come into: those of this process, and those that an earlier one left. */
import { constants } from "node:fs";
import { dirname, join } from "node:path";
import { readAsideName } from "./aside.ts";
import type { FileAccess } from "./file-access.ts";
import { LateLook, type LookOptions, type ReplacedFile } from "./late-look.ts";

/**
 * How many files are kept open before the first look at them; and after it, of those of which the kernel does not say
 * whether anybody writes to them. Files that are known to have a writer are as many as there are writers.
 */
const maxUnknown = 32;

export class LateLooks {
  readonly #options: Omit<LookOptions, "path">;
  readonly #looks = new Set<LateLook>();
  /** Those that have not had their first look. */
  readonly #new = new Set<LateLook>();

  constructor(options: Omit<LookOptions, "path">) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#looks.size === 0;
  }

  /** Takes a file over that was replaced, and closes it in the end. */
  add(replaced: ReplacedFile, path: string): void {
    const look = new LateLook(replaced, { ...this.#options, path });
    this.#looks.add(look);
    this.#new.add(look);
    void this.#watch(look);
  }

  async #watch(look: LateLook): Promise<void> {
    await look.first;
    this.#new.delete(look);
    const unknown = [...this.#looks].filter((each) => !this.#new.has(each) && each.hasWriter === undefined);
    for (const oldest of unknown.slice(0, -maxUnknown)) oldest.release();
    await look.last;
    this.#looks.delete(look);
  }

  /** Goes on with the files that an earlier process put aside. Only for the holder of the lock. */
  adopt(files: FileAccess, path: string): void {
    const known = new Set([...this.#looks].map(({ aside }) => aside));
    for (const name of files.list(dirname(path))) {
      const held = readAsideName(path, name);
      const aside = join(dirname(path), name);
      if (held === undefined || known.has(aside)) continue;
      const file = files.open(aside, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      this.add({ file, held, replacedBy: undefined, aside }, path);
    }
  }

  /** Waits while too many files wait for their first look. */
  async waitForRoom(): Promise<void> {
    while (this.#new.size > maxUnknown) await Promise.race([...this.#new].map(({ first }) => first));
  }

  /** Lets go of every file that takes space for nobody but us, after a last look. */
  async release(): Promise<void> {
    await Promise.all(
      [...this.#looks].map(async (look) => {
        look.release();
        await look.first;
        if (look.hasWriter !== true) await look.last;
      }),
    );
  }

  /** Takes a last look at each; bringing something in may replace a file, which is then looked at as well. */
  async stop(): Promise<void> {
    while (this.#looks.size > 0) {
      const looks = [...this.#looks];
      for (const look of looks) look.stop();
      await Promise.all(looks.map(({ last }) => last));
    }
  }
}
