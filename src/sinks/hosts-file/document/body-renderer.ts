/** Renders one view after the other: of ten thousand entries that are the same objects as before, only the others are rendered. */
import { type HostEntry, renderBody } from "./body.ts";
import { commonEnd, commonStart } from "./common.ts";

export class BodyRenderer {
  #entries: readonly HostEntry[] = [];
  #body = "";

  /**
   * Renders entries.
   *
   * @param entries - each name once; an entry that is the same object as in the call before must not have changed
   * @returns what {@link renderBody} returns
   */
  render(entries: readonly HostEntry[]): string {
    this.#body = this.#renderChanged(entries) ?? renderBody(entries);
    this.#entries = entries;
    return this.#body;
  }

  /** Renders what lies between the common start and end anew, with one common entry to find its place by. */
  #renderChanged(entries: readonly HostEntry[]): string | undefined {
    const before = this.#entries;
    const start = Math.max(0, commonStart(before, entries) - 1);
    const end = commonEnd(before, entries, start + 1);
    const gone = renderBody(before.slice(start, before.length - end));
    if (gone === "") return undefined;
    const place = this.#body.startsWith(gone) ? 0 : this.#body.indexOf(`\n${gone}`) + 1;
    const come = renderBody(entries.slice(start, entries.length - end));
    return this.#body.slice(0, place) + come + this.#body.slice(place + gone.length);
  }
}
