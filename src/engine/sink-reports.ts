/** Brings a view to the sinks and remembers what became of it. */
import { bugTrouble, retried } from "../base/trouble.ts";
import { type Position, covers } from "../records/position.ts";
import type { View } from "../records/view.ts";
import type { Sink, SinkReport } from "./sink.ts";

export interface LastWrite {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly method: string;
}

export class SinkReports {
  /** The last report of each sink by its id. */
  readonly reports = new Map<string, SinkReport>();
  /** When and how each sink was last written, by its id. */
  readonly lastWrites = new Map<string, LastWrite>();
  readonly #now: () => number;

  /** @param now - milliseconds since 1970 */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Shows the view. A sink that throws has a bug, and the others are served all the same. */
  async show(sink: Sink, view: View): Promise<SinkReport> {
    const report = await applyTo(sink, view);
    this.reports.set(sink.id, report);
    if (report.ok && report.method !== "unchanged") {
      this.lastWrites.set(sink.id, { at: this.#now(), method: report.method });
    }
    return report;
  }

  /** The first sink's report that tells of trouble. */
  get failed(): Extract<SinkReport, { ok: false }> | undefined {
    return this.reports.values().find((report) => !report.ok);
  }

  /** What a sink says of where its lines come from, if it covers a position. */
  positionCovering(position: Position): Position | undefined {
    const named = this.reports.values().map((report) => (report.ok ? report.position : undefined));
    return named.find((other) => other !== undefined && covers(other, position));
  }
}

async function applyTo(sink: Sink, view: View): Promise<SinkReport> {
  try {
    const report = await sink.apply(view);
    return report.ok ? report : { ...report, trouble: retried(report.trouble) };
  } catch (error) {
    const trouble = bugTrouble(`The ${sink.title} could not be brought up to date`, error);
    return { ok: false, trouble: retried(trouble), cause: error };
  }
}
