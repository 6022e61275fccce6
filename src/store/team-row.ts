/** What the rows of teams hold, read back as strictly as what comes from the wire. */
import * as z from "zod/mini";
import { parsedBy } from "../base/text-schema.ts";
import type { TeamPosition, TeamSettings } from "../engine/teams.ts";
import { parseAddress } from "../records/address.ts";
import { parseManagedDomain } from "../records/managed-domain.ts";
import type { TeamEntry, TeamRow } from "../records/team.ts";
import { teamRefusals } from "../records/team-refusal.ts";
import { type TeamName, parseTeamName } from "../records/team-name.ts";
import { DamageError } from "./trouble.ts";

const settingsSchema = z.object({
  domains: z.array(z.pipe(z.string(), parsedBy(parseManagedDomain, "a domain"))),
  networks: z.array(z.string()),
  mostNames: z.int(),
  link: z.object({
    url: z.string(),
    isInsecure: z.boolean(),
    authority: z.optional(z.string()),
    identity: z.optional(z.object({ certificate: z.string(), key: z.string() })),
    login: z.optional(z.object({ user: z.string(), password: z.string() })),
    follow: z.optional(z.object({ token: z.string(), team: z.string() })),
  }),
});

const digits = z.string().check(z.regex(/^\d{1,20}$/));

const positionSchema = z.object({ cluster: digits, revision: digits, term: digits });

const teamRowSchema = z.object({
  name: z.pipe(z.string(), parsedBy(parseTeamName, "a team's name")),
  rank: z.int(),
  settings: z.string(),
  position: z.nullable(z.string()),
  seen_at: z.nullable(z.number()),
  previous_at: z.nullable(z.number()),
  is_held: z.int(),
});

const nameRowSchema = z.object({ name: z.string(), entry: z.string() });

const keysRowSchema = z.object({ ...nameRowSchema.shape, keys: z.string() });

const entrySchema = z.object({
  addresses: z.array(z.pipe(z.string(), parsedBy(parseAddress, "an address"))),
  others: z.array(z.object({ type: z.string(), targets: z.array(z.string()), ttl: z.optional(z.number()) })),
  ttl: z.optional(z.number()),
  resource: z.optional(z.string()),
  refused: z.array(z.enum(teamRefusals)),
});

const keysSchema = z.array(z.tuple([z.string(), z.string()]));

interface SavedTeam {
  readonly name: TeamName;
  readonly rank: number;
  readonly settings: TeamSettings;
  readonly position: TeamPosition | undefined;
  readonly seenAt: number | undefined;
  readonly previousAt: number | undefined;
  readonly isHeld: boolean;
}

/**
 * Reads a row of the table `team`.
 *
 * @throws DamageError when the row breaks a rule
 */
export function readTeamRow(row: unknown): SavedTeam {
  return orDamage(() => {
    const { name, rank, settings, position, seen_at, previous_at, is_held } = teamRowSchema.parse(row);
    return {
      name,
      rank,
      settings: settingsSchema.parse(JSON.parse(settings)),
      position: position === null ? undefined : positionSchema.parse(JSON.parse(position)),
      seenAt: seen_at ?? undefined,
      previousAt: previous_at ?? undefined,
      isHeld: is_held !== 0,
    };
  });
}

/**
 * Reads what a row of the table `team_name` says of its name.
 *
 * @throws DamageError when the row breaks a rule
 */
export function readNameRow(row: unknown): TeamEntry {
  return orDamage(() => {
    const { name, entry } = nameRowSchema.parse(row);
    return toEntry(name, entry);
  });
}

/**
 * Reads all of a row of the table `team_name`.
 *
 * @throws DamageError when the row breaks a rule
 */
export function readKeysRow(row: unknown): TeamRow {
  return orDamage(() => {
    const { name, entry, keys } = keysRowSchema.parse(row);
    return { entry: toEntry(name, entry), keys: keysSchema.parse(JSON.parse(keys)) };
  });
}

/** The name has a column of its own. */
export function entryText({ addresses, others, ttl, resource, refused }: TeamEntry): string {
  return JSON.stringify({ addresses, others, ttl, resource, refused });
}

function toEntry(name: string, text: string): TeamEntry {
  const { others, ttl, resource, ...rest } = entrySchema.parse(JSON.parse(text));
  return { name, ...rest, ttl, resource, others: others.map((set) => ({ ...set, ttl: set.ttl })) };
}

function orDamage<Row>(read: () => Row): Row {
  try {
    return read();
  } catch (error) {
    throw new DamageError("a row of a team breaks a rule", { cause: error });
  }
}
