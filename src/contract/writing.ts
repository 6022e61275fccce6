/** Who wrote a name of a team: as a team server answers it, and as a desktop that joined the team hears it. */
import * as z from "zod/mini";

/** Characters of what a server says of itself at most, since others may have written it. */
const [nameMost, timeMost] = [253, 64];

const name = z.string().check(z.maxLength(nameMost));

/** The answer of `GET /team-server/names/NAME`. */
export const writingsSchema = z
  .array(
    z.object({
      cluster: name,
      /** Of etcd. */
      revision: z.string().check(z.regex(/^\d{1,20}$/)),
      /** The machine of the server that wrote it; null where etcd keeps no history so far back. */
      by: z.nullable(name),
      /** When, by that machine's clock (ISO 8601). */
      at: z.nullable(z.string().check(z.maxLength(timeMost))),
    }),
  )
  .check(z.maxLength(1000));

export type Writings = z.infer<typeof writingsSchema>;

/** Puts what is known of writings into this shape. */
export function toWritings(
  found: readonly {
    readonly cluster: string;
    readonly revision: string;
    readonly stamp: { readonly by: string; readonly at: string } | undefined;
  }[],
): Writings {
  return found.map(({ cluster, revision, stamp }) => ({
    cluster,
    revision,
    by: stamp?.by.slice(0, nameMost) ?? null,
    at: stamp?.at.slice(0, timeMost) ?? null,
  }));
}

/** What is found out about who wrote a name of a team: the answer of `GET /teams/TEAM/names/NAME`, and a part of doctor's report. */
export const teamWritingsSchema = z.object({
  team: z.nullable(z.string()),
  /** Who says it, as in `https://t1.example.com:5443` or `e1.example.com:2379`; null for this server, where it is the team's. */
  via: z.nullable(z.string()),
  /** Null where the team's store does not record it. */
  writings: z.nullable(writingsSchema),
  /** Keys that the store has of the name, with the revision of etcd that changed each last; none of a team server. */
  keys: z.array(z.object({ key: z.string(), revision: z.string() })),
});

export type TeamWritings = z.infer<typeof teamWritingsSchema>;
