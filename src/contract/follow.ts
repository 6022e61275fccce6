/** How a desktop follows a team server: the paths and the lines of docs/follow-protocol.md, for the side that writes them and the side that reads them. */
import * as z from "zod/mini";
import { writingsSchema } from "./writing.ts";

/** What a team server answers to desktops. */
export const followPaths = {
  /** Which team it is, and in which domains the caller may read names. */
  team: "/team",
  /** Exchanges an invitation for a desktop's own token. */
  join: "/team/join",
  /** All names at one position. */
  list: "/team/list",
  /** What happens after a position. */
  changes: "/team/changes",
  /** Who wrote a name. */
  writings: "/team/writings",
} as const;

/** The header of an answer with the id of the team, which tells it from every other. */
export const teamHeader = "hostsfile-server-team";

/** The media type of lines of JSON. */
export const linesType = "application/x-ndjson";

/** Seconds between two lines of a stream in which nothing happens. */
export const beatSeconds = 15;

/** Characters of a line at most. A change that is larger has several lines. */
export const lineMost = 256 * 1024;

/** Characters of a key and of a value at most; a name has 253 and a record some hundred. */
const [keyMost, valueMost] = [600, 16 * 1024];

const digits = z.string().check(z.regex(/^\d{1,20}$/));

const key = z.string().check(z.startsWith("/"), z.maxLength(keyMost));

/** One line: the keys that are now there and those that are gone, and the position that is reached with it, if one is. */
export const lineSchema = z.object({
  position: z.optional(z.object({ cluster: digits, revision: digits, term: digits })),
  set: z.optional(z.array(z.tuple([key, z.string().check(z.maxLength(valueMost))]))),
  unset: z.optional(z.array(key)),
});

export type FollowLine = z.infer<typeof lineSchema>;

/** The answer of {@link followPaths.team}. */
export const teamAboutSchema = z.object({
  name: z.string().check(z.maxLength(64)),
  id: z.string().check(z.regex(/^[0-9a-f]{16}$/)),
  domains: z.array(z.string().check(z.maxLength(253))).check(z.maxLength(1000)),
});

export type TeamAbout = z.infer<typeof teamAboutSchema>;

/** What a desktop sends to {@link followPaths.join}. */
export const exchangeSchema = z.object({
  /** The token that it made for itself. */
  token: z.string(),
  /** What the desktop is called, for people. */
  desktop: z.string().check(z.maxLength(253)),
});

/** The answer of {@link followPaths.writings}. */
export const followedWritingsSchema = z.object({ writings: writingsSchema });

/** Why a position means nothing to a team server, or not any more: the body of an answer 410. */
export const goneSchema = z.object({ reason: z.enum(["compacted", "other-cluster", "older"]) });

/** The body of every other answer that says no. */
export const refusalSchema = z.object({ error: z.string(), code: z.optional(z.string()) });
