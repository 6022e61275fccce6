/** Turns what the reconciler does into log lines for a person: each change with its line and resource, each trouble once until it is over. */
import { findShown } from "../engine/shown.ts";
import type { Refused, SinkIdentity, SinkReport } from "../engine/sink.ts";
import type { EventFields, Log } from "../base/log.ts";
import type { ReconcilerListener } from "../engine/reconciler-port.ts";
import { explainNotShown } from "../records/not-shown.ts";
import { findEntry } from "../records/view-entries.ts";
import type { NotShown, View } from "../records/view.ts";
import { type Trouble, adviceOf } from "../base/trouble.ts";

/** Lines of one change that are logged one by one; beyond it their number is logged. */
const mostLines = 100;

/** How much is remembered as said, so that a flood of odd records cannot fill the memory. */
const mostRemembered = 10_000;

interface LineEvent {
  readonly code: string;
  readonly verb: string;
}

export class Announcer implements ReconcilerListener {
  readonly #log: Log;
  readonly #added: LineEvent;
  readonly #removed: LineEvent;
  readonly #troubleOf = new Map<string, string>();
  /** What was said of each sink, by its id, and of the view, and still holds. */
  readonly #said = new Map<string, ReadonlySet<string>>();

  /**
   * @param log - where the changes are announced
   * @param options - whether lines are only played, as with `--dry-run`
   */
  constructor(log: Log, { isDryRun = false }: { readonly isDryRun?: boolean } = {}) {
    this.#log = log;
    this.#added = { code: "line-added", verb: isDryRun ? "would add" : "added" };
    this.#removed = { code: "line-removed", verb: isDryRun ? "would remove" : "removed" };
  }

  shown(event: { sink: SinkIdentity; report: SinkReport; view: View; before: View }): void {
    const { sink, report, view, before } = event;
    this.#over("store", "The saved records can be used again.");
    this.#over("view", "What to show is known again.");
    if (!report.ok) {
      this.#trouble(sink.id, report.trouble, report.cause);
      return;
    }
    this.#over(sink.id, `The ${sink.title} is up to date again.`);
    this.#lines(this.#added, report.diff.added, view);
    this.#lines(this.#removed, report.diff.removed, before);
    const said = new Set<string>();
    for (const notice of report.notices) this.#once(said, `${notice.message} ${adviceOf(notice)}`, fieldsOf(notice));
    this.#said.set(sink.id, said);
  }

  settled({ view, reports }: { view: View; reports: ReadonlyMap<string, SinkReport> }): void {
    const known = [...reports.values()].filter((report) => report.ok);
    if (known.length === 0) return;
    const said = new Set<string>();
    // Programs ask the hosts file before any other sink, so a line of the user's counts although another sink shows the name.
    const owned = known.flatMap(({ refused }) => refused.filter(({ line }) => line !== undefined));
    const refusedByAll = findShown(view, reports).refused;
    for (const refused of new Set([...owned, ...refusedByAll])) this.#refused(said, refused, view);
    for (const notShown of view.notShown) this.#notShown(said, notShown);
    this.#said.set("view", said);
  }

  storeTrouble(trouble: Trouble, cause?: unknown): void {
    this.#trouble("store", trouble, cause);
  }

  viewTrouble(trouble: Trouble, cause: unknown): void {
    this.#trouble("view", trouble, cause);
  }

  #lines({ code, verb }: LineEvent, lines: readonly string[], view: View): void {
    for (const line of lines.slice(0, mostLines)) {
      const host = line.slice(line.indexOf(" ") + 1);
      const { resource, cluster } = findEntry(view, host) ?? {};
      this.#log.info(
        { code, host, line, resource, cluster },
        `${verb} ${line}${resource === undefined ? "" : ` (${resource})`}`,
      );
    }
    if (lines.length > mostLines)
      this.#log.info({ code, lines: lines.length }, `${verb} ${lines.length - mostLines} more lines`);
  }

  #refused(said: Set<string>, { name, reason, sentence }: Refused, view: View): void {
    const { cluster, resource } = findEntry(view, name) ?? {};
    this.#once(said, sentence, { code: reason, host: name, cluster, resource });
  }

  #notShown(said: Set<string>, notShown: NotShown): void {
    // A removed domain's names go from the view at once and from the store at ExternalDNS's next loop: no news.
    if (notShown.reason === "not-managed") return;
    const { name, cluster, resource, reason } = notShown;
    this.#once(said, explainNotShown(notShown), { code: reason, host: name, cluster, resource });
  }

  #once(said: Set<string>, message: string, fields: EventFields): void {
    if (said.size >= mostRemembered) return;
    if (!this.#isSaid(message) && !said.has(message)) this.#log.warn(fields, message);
    said.add(message);
  }

  #isSaid(message: string): boolean {
    return this.#said.values().some((said) => said.has(message));
  }

  /** The stack is for bugs alone. */
  #trouble(where: string, trouble: Trouble, cause: unknown): void {
    const { code, message } = trouble;
    if (this.#troubleOf.get(where) === message) return;
    this.#troubleOf.set(where, message);
    const fields = code === "internal-error" ? { ...fieldsOf(trouble), err: cause } : fieldsOf(trouble);
    this.#log.error(fields, `${message} ${adviceOf(trouble)}`);
  }

  #over(where: string, message: string): void {
    if (this.#troubleOf.delete(where)) this.#log.info({ code: "in-step-again" }, message);
  }
}

function fieldsOf({ code, hint, command }: Trouble): EventFields {
  return { code, hint, command };
}
