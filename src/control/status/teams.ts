/** What the status says of teams, and what of them a person should look at. */
import { describeDuration, formatTime } from "../../base/age.ts";
import type { Trouble } from "../../base/trouble.ts";
import { counted } from "../../base/words.ts";
import type { Status } from "../../contract/status.ts";
import type { TeamFacts } from "../../engine/team-facts.ts";
import type { FollowedTeam } from "../../engine/teams.ts";
import { ownerOf } from "../../records/team-name.ts";
import type { View } from "../../records/view.ts";

type TeamStatus = NonNullable<Status["teams"]>[number];

/** Milliseconds for which a store may be away, as while it elects a leader or a laptop wakes up. */
const shortAbsence = 15_000;

/** Milliseconds after which names are so old that others may have changed. */
const longAbsence = 86_400_000;

interface Known {
  readonly view: View;
  /** Names shown, by whose they are. */
  readonly shown: ReadonlyMap<string, number>;
  readonly facts: readonly TeamFacts[];
}

/** Describes the teams; nothing where none was joined. */
export function describeTeams(teams: readonly FollowedTeam[], known: Known): Pick<Status, "teams"> {
  if (teams.length === 0) return {};
  return { teams: teams.map((team) => describeTeam(team, known)) };
}

function describeTeam(team: FollowedTeam, { view, shown, facts }: Known): TeamStatus {
  const { name, settings, position, seenAt, names, previous, isHeld } = team;
  const owner = ownerOf(name);
  const of = facts.find((each) => each.team === name);
  const state = of?.state ?? (isHeld ? "held" : "connecting");
  const refused: Record<string, number> = {};
  for (const { cluster, reason } of view.notShown) {
    if (cluster === owner) refused[reason] = (refused[reason] ?? 0) + 1;
  }
  const { "team-shadowed": shadowed = 0, ...others } = refused;
  return {
    name,
    via: settings.link.url,
    state,
    since: of === undefined ? null : formatTime(of.since),
    staleSince: state === "live" || seenAt === undefined ? null : formatTime(staleSince(seenAt, of)),
    reason: of?.trouble?.message ?? null,
    domains: [...settings.domains],
    networks: [...settings.networks],
    mostNames: settings.mostNames,
    cluster: position?.cluster ?? null,
    revision: position?.revision ?? null,
    names,
    shown: shown.get(owner) ?? 0,
    shadowed,
    refused: others,
    previous: previous === undefined ? null : { at: formatTime(previous.at), names: previous.names },
    relists: { ...of?.relists },
  };
}

/** What was live until it was cut off was right until then. */
function staleSince(seenAt: number, facts: TeamFacts | undefined): number {
  return facts?.wasLive === true ? Math.max(seenAt, facts.since) : seenAt;
}

/**
 * Finds what needs attention, each with its own severity.
 *
 * @param now - milliseconds since 1970
 */
export function findTeamAttention(
  teams: readonly TeamStatus[],
  { facts, now }: { readonly facts: readonly TeamFacts[]; readonly now: number },
): Trouble[] {
  return teams.flatMap((team) => {
    const trouble = facts.find((each) => each.team === team.name)?.trouble;
    return [...ofState(team, trouble, now), ...ofShrinking(team)];
  });
}

function ofState(team: TeamStatus, trouble: Trouble | undefined, now: number): Trouble[] {
  const { name, state, since, staleSince: stale } = team;
  if (state === "other-store" && trouble !== undefined) return [{ ...trouble, severity: "warning" }];
  const lasts = now - Date.parse(since ?? "");
  if (state !== "unreachable" || trouble === undefined || !(lasts >= shortAbsence)) return [];
  const age = stale === null ? 0 : now - Date.parse(stale);
  const isStale = age >= longAbsence;
  const kept = stale === null ? "none of its names has come yet" : "its names stay as they were";
  return [
    {
      ...trouble,
      ...(isStale ? { code: "team-stale" } : (codes[trouble.code] ?? { code: "team-unreachable" })),
      ...(trouble.code === "team-token-refused" && {
        hint: "Ask for a new invitation and join again, or take its names away:",
        command: `hostsfile-server leave ${name}`,
      }),
      severity: "warning",
      message: isStale
        ? `The names of the team ${name} are ${describeDuration(age)} old, since its store cannot be followed: ${trouble.message}`
        : `The team ${name} cannot be followed, and ${kept}: ${trouble.message}`,
      isRetried: true,
    },
  ];
}

/** What of etcd's own troubles has a name of its own here. */
const codes: Readonly<Record<string, Pick<Trouble, "code">>> = {
  "etcd-no-leader": { code: "team-no-leader" },
  "etcd-corrupt": { code: "team-corrupt-alarm" },
  "etcd-certificate": { code: "team-certificate" },
  "team-certificate": { code: "team-certificate" },
  "team-token-refused": { code: "team-token-refused" },
  "etcd-denied": { code: "team-denied" },
  "etcd-login-refused": { code: "team-denied" },
};

function ofShrinking({ name, names, previous }: TeamStatus): Trouble[] {
  if (previous === null) return [];
  return [
    {
      code: "team-shrunk",
      severity: "warning",
      message: `The team ${name} lost most of its names: it has ${counted(names, "name")}, and had ${previous.names}.`,
      hint: "If that is wrong, take the list before back, which also stops following the team until you say so:",
      command: `hostsfile-server team undo ${name}`,
    },
  ];
}
