/** What to make of a new list of a team's names: a store that lost them must not empty the hosts file unnoticed. Pure. */
import type { TeamPosition } from "../../engine/teams.ts";

/** Names that a list may lose without further thought. */
const fewNames = 20;

interface Counted {
  readonly position: TeamPosition;
  /** Names with something to show. */
  readonly names: number;
}

/**
 * Judges a list.
 *
 * - `take`: it is what the team has.
 * - `take-and-keep`: it lost most names. It is shown, and the list before is kept for the user to take back.
 * - `refuse`: it is of another cluster, or of an earlier time of the same, and lost most names, as after a data folder was
 *   wiped: it is not the team's store until the names are back, or the user says so. A store that goes on and is empty is
 *   empty. A cluster that is founded anew from the same settings has the same id, and begins at the first revision.
 *
 * @param before - what is kept; undefined before the first list
 * @param now - what was listed, and how many of the names of before are in it
 */
export function judgeList(
  before: Counted | undefined,
  now: Counted & { readonly kept: number },
): "take" | "take-and-keep" | "refuse" {
  if (before === undefined || before.names === 0) return "take";
  const lost = before.names - now.kept;
  const isOther = before.position.cluster !== now.position.cluster || isEarlier(now.position, before.position);
  if (isOther && (now.names === 0 || lost * 2 > before.names)) return "refuse";
  return lost > fewNames && lost * 2 > before.names ? "take-and-keep" : "take";
}

function isEarlier(now: TeamPosition, before: TeamPosition): boolean {
  return BigInt(now.revision) < BigInt(before.revision);
}
