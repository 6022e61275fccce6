/** Tells whether the files that a database has open are still those that their paths lead to: what is written to others is lost. */
import { lstatSync } from "node:fs";

export class Place {
  readonly #paths: readonly string[];
  readonly #inodes: readonly string[];

  /** @param paths - of the open files; one that is not there must not come into being either */
  constructor(paths: readonly string[]) {
    this.#paths = paths;
    this.#inodes = paths.map(inodeAt);
  }

  /** An open inode keeps its number, so another file at the path cannot have the same. */
  isIntact(): boolean {
    return this.#paths.every((path, index) => inodeAt(path) === this.#inodes[index]);
  }
}

function inodeAt(path: string): string {
  try {
    const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return found === undefined ? "none" : `${found.dev}:${found.ino}`;
  } catch {
    return "none";
  }
}
