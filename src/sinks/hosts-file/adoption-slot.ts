/** Holds the one adoption that waits for the next time that the view is shown, and says how it ended. */
import type { Outcome } from "../../engine/reconciler-port.ts";
import type { SinkReport } from "../../engine/sink.ts";
import type { Trouble } from "../../base/trouble.ts";
import type { Adoption, LineEdit } from "./document/adoption.ts";

/** What was done to the user's own lines, as the user had agreed to. */
interface LinesAdopted {
  readonly edits: readonly LineEdit[];
  /** Path of the copy of the file as it was, undefined when nothing was done. */
  readonly copy: string | undefined;
}

/** How an adoption ended. `outdated` means that the file is not the one that the user was shown. */
export type AdoptionOutcome =
  | { readonly kind: "adopted"; readonly adopted: LinesAdopted }
  | { readonly kind: "outdated" }
  | { readonly kind: "failed"; readonly trouble: Trouble };

/** Takes names out of the user's own lines. */
export interface Adopter {
  /**
   * Takes the names out with the next write. Never throws for trouble with the file.
   *
   * @param adoption - what the user agreed to
   * @param showAgain - applies the view to every sink; an adoption that this does not reach is dropped
   */
  adopt(adoption: Adoption, showAgain: () => Promise<Outcome>): Promise<AdoptionOutcome>;
}

/** The report of a hosts file: what every sink reports, and what was adopted if the file was the one that the user saw. */
export type HostsFileReport = SinkReport & { readonly adopted?: LinesAdopted | undefined };

interface Waiting {
  readonly adoption: Adoption;
  report?: HostsFileReport;
}

export class AdoptionSlot implements Adopter {
  #waiting: Waiting | undefined;

  async adopt(adoption: Adoption, showAgain: () => Promise<Outcome>): Promise<AdoptionOutcome> {
    const waiting: Waiting = { adoption };
    this.#waiting = waiting;
    const outcome = await showAgain();
    // The user is told that it failed, so that a later write must not do it.
    if (this.#waiting === waiting) this.#waiting = undefined;
    return judge(waiting.report, outcome);
  }

  /** Applies with the adoption that waits, if one does. */
  async apply(show: (adoption: Adoption | undefined) => Promise<HostsFileReport>): Promise<SinkReport> {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    const report = await show(waiting?.adoption);
    if (waiting !== undefined) waiting.report = report;
    return report;
  }
}

function judge(report: HostsFileReport | undefined, outcome: Outcome): AdoptionOutcome {
  if (report?.ok === true) {
    return report.adopted === undefined ? { kind: "outdated" } : { kind: "adopted", adopted: report.adopted };
  }
  if (report !== undefined) return { kind: "failed", trouble: report.trouble };
  // Neither a report nor trouble: another adoption took its place, or the server stops.
  return outcome.ok ? { kind: "outdated" } : { kind: "failed", trouble: outcome.trouble };
}
