/** The shapes of what is asked about teams: `POST /teams/preview`, `POST /teams`, `DELETE /teams/NAME` and `POST /teams/NAME/undo`. */
import * as z from "zod/mini";

/** What a user wants to join. */
export const joinRequestSchema = z.object({
  /** Empty for what an invitation's team calls itself. */
  name: z.string(),
  /** As in `etcd://e1.example.com:2379/skydns`, or an invitation. */
  url: z.string(),
  /** None for those of an invitation. */
  domains: z.array(z.string()),
  networks: z.array(z.string()),
  mostNames: z.int(),
  isInsecure: z.boolean(),
  /** PEM. */
  authority: z.optional(z.string()),
  /** PEM. */
  identity: z.optional(z.object({ certificate: z.string(), key: z.string() })),
  login: z.optional(z.object({ user: z.string(), password: z.string() })),
});

export type JoinRequest = z.infer<typeof joinRequestSchema>;

/** What joining would bring. Lists have the first of each. */
export const teamPreviewSchema = z.object({
  name: z.string(),
  /** Where it is, without what is secret. */
  url: z.string(),
  domains: z.array(z.string()),
  /** Whether a team of this name is joined already, so that it would be set anew. */
  isJoined: z.boolean(),
  /** Number of names that would be shown. */
  names: z.number(),
  list: z.array(z.object({ name: z.string(), addresses: z.array(z.string()) })),
  /** How much is refused, by reason. */
  refused: z.record(z.string(), z.number()),
  /** Names that the user's own lines define. */
  conflicts: z.object({
    total: z.number(),
    list: z.array(z.object({ name: z.string(), line: z.number(), text: z.string() })),
  }),
  /** Names that a cluster or another team has. */
  shadowed: z.object({
    total: z.number(),
    list: z.array(z.object({ name: z.string(), holder: z.string() })),
  }),
  /** What the user should know before, as sentences. */
  warnings: z.array(z.string()),
});

export type TeamPreview = z.infer<typeof teamPreviewSchema>;

/** What became of it. */
export const joinedSchema = z.object({ name: z.string(), names: z.number(), isLive: z.boolean() });

export type Joined = z.infer<typeof joinedSchema>;
