/** A team's name on this desktop, and what it is called where clusters are listed. */
import type { ClusterName } from "./cluster.ts";

declare const brand: unique symbol;

/** A team's name on this desktop: one DNS label. */
export type TeamName = string & { readonly [brand]: "TeamName" };

/** Reads a team's name: one lower-case DNS label (RFC 1123), or undefined. */
export function parseTeamName(text: string): TeamName | undefined {
  return /^(?!-)[a-z0-9-]{1,63}(?<!-)$/.test(text) ? (text as TeamName) : undefined;
}

/** What a team is called where clusters are listed: no cluster can have the name. */
export function ownerOf(team: TeamName): ClusterName {
  return `team:${team}` as ClusterName;
}
