/** Why something of a team is not shown. */

/** Each has an entry in docs/troubleshooting.md. */
export type TeamRefusal =
  | "team-broken-value"
  | "team-outside-domains"
  | "team-name-refused"
  | "team-outside-networks"
  | "team-alias-outside"
  | "team-full";

export const teamRefusals: readonly TeamRefusal[] = [
  "team-broken-value",
  "team-outside-domains",
  "team-name-refused",
  "team-outside-networks",
  "team-alias-outside",
  "team-full",
];
