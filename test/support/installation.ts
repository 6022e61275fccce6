/** What an installation finds and what it plans, for tests that change a part of it. */
import type { InstallationPlan, Present } from "../../src/service/installation.ts";

/** What is found; only what is given differs from a machine on which nothing is installed. */
export function presentOf(given: Partial<Present> = {}): Present {
  return {
    settings: undefined,
    token: undefined,
    predecessor: undefined,
    place: undefined,
    isListening: false,
    pid: undefined,
    ...given,
  };
}

/** A plan; only what is given differs from one that has nothing to do. */
export function installationPlanOf(given: Partial<InstallationPlan> = {}): InstallationPlan {
  return {
    items: [],
    predecessor: undefined,
    replaced: [],
    obsolete: [],
    isMoved: false,
    hasResponder: true,
    ...given,
  };
}
