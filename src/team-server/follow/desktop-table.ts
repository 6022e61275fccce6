/** The invitations and the desktops of a team, as etcd has them. */
import { type Desktop, readDesktop } from "../plan/desktop.ts";
import { desktopKey } from "../plan/keys.ts";

export class DesktopTable {
  readonly #desktops = new Map<string, Desktop>();
  readonly #broken = new Set<string>();
  #touched = new Set<string>();

  /** Keys whose value cannot be read. */
  get unreadable(): Iterable<string> {
    return this.#broken.values().map(desktopKey);
  }

  get(id: string): Desktop | undefined {
    return this.#desktops.get(id);
  }

  /** Takes over what etcd has now; undefined where it is gone. A value that cannot be read opens nothing. */
  take(id: string, text: string | undefined): void {
    this.#touched.add(id);
    const desktop = text === undefined ? undefined : readDesktop(text);
    if (desktop === undefined) this.#desktops.delete(id);
    else this.#desktops.set(id, desktop);
    if (text !== undefined && desktop === undefined) this.#broken.add(id);
    else this.#broken.delete(id);
  }

  /** Those that changed since this was asked before. */
  takeTouched(): ReadonlySet<string> {
    const touched = this.#touched;
    this.#touched = new Set();
    return touched;
  }
}
