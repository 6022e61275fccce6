/** What the rest of the product may ask about the teams whose names are kept: the port of the replica. */
import type { RowChange, TeamConsent, TeamRow } from "../records/team.ts";
import type { TeamName } from "../records/team-name.ts";
import type { Steps } from "../base/steps.ts";
import type { ViewCluster } from "../records/view.ts";

/** How a team's store is reached. */
export interface TeamLink {
  /** As in `etcd://e1.example.com:2379,e2.example.com:2379/skydns`, or `https://t1.example.com:5443` of a team server. */
  readonly url: string;
  /** Whether the user allowed a connection that anybody on the way can read and change. */
  readonly isInsecure: boolean;
  /** The team's certificate authority (PEM). */
  readonly authority?: string | undefined;
  /** The client's certificate with its key (PEM). */
  readonly identity?: { readonly certificate: string; readonly key: string } | undefined;
  /** A user of etcd, and the password. */
  readonly login?: { readonly user: string; readonly password: string } | undefined;
  /** This desktop's token for team servers, and the id of the team that they must serve. */
  readonly follow?: { readonly token: string; readonly team: string } | undefined;
}

/** What was set when joining. */
export interface TeamSettings extends TeamConsent {
  readonly link: TeamLink;
}

/** How far a team's store had come by what is kept of it. The numbers have 64 bits, so they are texts. */
export interface TeamPosition {
  /** Tells one etcd cluster from another. */
  readonly cluster: string;
  readonly revision: string;
  /** The Raft term, which only grows. */
  readonly term: string;
}

/** A team that was joined. */
export interface FollowedTeam {
  readonly name: TeamName;
  /** From 1, in the order of joining. */
  readonly rank: number;
  readonly settings: TeamSettings;
  /** Undefined until the first list has come. */
  readonly position: TeamPosition | undefined;
  /** When what is kept was last known to be what the team's store has, in milliseconds since 1970. */
  readonly seenAt: number | undefined;
  /** Number of names that are kept. */
  readonly names: number;
  /** The list before the last one, where that one lost most names. */
  readonly previous: { readonly at: number; readonly names: number } | undefined;
  /** Whether the user took the previous list back, so that the team is not followed. */
  readonly isHeld: boolean;
}

/** What may be read at any time. */
export interface ReadableTeams {
  /** In the order of joining. */
  list(): readonly FollowedTeam[];
  /** Every name that is kept of a team, with the keys that it came from. */
  rows(team: TeamName): Iterable<TeamRow>;
  /** What is kept of one name; undefined where nothing is. */
  row(team: TeamName, name: string): TeamRow | undefined;
  /** The names of the team's rows, without a look at what they hold. */
  names(team: TeamName): Iterable<string>;
}

/** As of the store: when a method returns, the change is on disk; when it throws, nothing changed. */
export interface Teams extends ReadableTeams {
  /** What the view is computed from; of some names alone, where these are given. */
  views(names?: ReadonlySet<string>): readonly ViewCluster[];
  /** Joins a team, or sets a joined one anew, which forgets what is kept of it. */
  join(team: TeamName, settings: TeamSettings): void;
  /** Forgets a team with all that is kept of it. */
  leave(team: TeamName): void;
  /** Takes over a change of names. */
  applyInSteps(team: TeamName, change: RowChange, position: TeamPosition): Steps<void>;
  /** Takes over a whole list. What was kept before stays for {@link undo} where `keepsPrevious` says so. */
  replaceInSteps(
    team: TeamName,
    rows: readonly TeamRow[],
    options: { readonly position: TeamPosition; readonly keepsPrevious: boolean },
  ): Steps<void>;
  /** Notes that what is kept is what the team's store has now, and how far that has come. */
  note(team: TeamName, position: TeamPosition): void;
  /** Shows the previous list again and holds the team there; false where there is none. */
  undoInSteps(team: TeamName): Steps<boolean>;
  /** Follows a held team again. */
  release(team: TeamName): void;
}
