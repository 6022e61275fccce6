/** What a desktop keeps of one team, in memory, where a test has so many desktops that each can have no database of its own. */
import { type Steps, finish } from "../../src/base/steps.ts";
import type { ReconcilerPort } from "../../src/engine/reconciler-port.ts";
import type { Store } from "../../src/engine/store.ts";
import type { FollowedTeam, TeamPosition, TeamSettings, Teams } from "../../src/engine/teams.ts";
import { parseTeamName } from "../../src/records/team-name.ts";
import { type TeamRow, isShowable } from "../../src/records/team.ts";

export interface KeptTeam {
  /** As it is now. */
  readonly team: () => FollowedTeam;
  /** The names that would be shown, sorted. */
  readonly names: () => readonly string[];
  readonly shows: (name: string) => boolean;
  /** What the follower of a team asks for, and no more. */
  readonly reconciler: Pick<ReconcilerPort, "read" | "readInSteps" | "changeInSteps">;
}

/** Joins a team, of which nothing is kept yet. */
export function keepTeam(settings: TeamSettings): KeptTeam {
  const name = parseTeamName("dev");
  if (name === undefined) throw new Error("not a team's name");
  const rows = new Map<string, TeamRow>();
  const nothing = { position: undefined, seenAt: undefined, names: 0, previous: undefined, isHeld: false };
  let team: FollowedTeam = { name, rank: 1, settings, ...nothing };
  const names = (): readonly string[] => {
    const entries = [...rows.values()].map(({ entry }) => entry);
    return entries.flatMap((entry) => (isShowable(entry) ? [entry.name] : [])).toSorted();
  };
  const moveTo = (position: TeamPosition): void => {
    team = { ...team, position, names: rows.size };
  };
  const put = (some: readonly TeamRow[]): void => {
    for (const row of some) rows.set(row.entry.name, row);
  };
  const teams = {
    list: () => [team],
    rows: () => rows.values(),
    names: () => rows.keys(),
    note: (_, position) => moveTo(position),
    applyInSteps: (_, change, position) =>
      inOneStep(() => {
        put(change.put);
        for (const each of change.remove) rows.delete(each);
        moveTo(position);
      }),
    replaceInSteps: (_, all, { position }) =>
      inOneStep(() => {
        rows.clear();
        put(all);
        moveTo(position);
      }),
  } satisfies Partial<Teams>;
  const store = { teams } as unknown as Store;
  return {
    team: () => team,
    names,
    shows: (wanted) => {
      const row = rows.get(wanted);
      return row !== undefined && isShowable(row.entry);
    },
    reconciler: {
      read: (work) => work(store),
      readInSteps: async (work) => Promise.resolve(finish(work(store))),
      changeInSteps: async (work) => {
        finish(work(store));
        return Promise.resolve({ ok: true });
      },
    },
  };
}

// oxlint-disable-next-line require-yield
function* inOneStep(work: () => void): Steps<void> {
  work();
}
