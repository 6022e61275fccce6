/** Reads the kernel's packet filter as `nft --json list ruleset` prints it (libnftables-json(5)). */
import * as z from "zod/mini";
import { parseJSON } from "../../base/json.ts";

const place = { family: z.string(), table: z.string() };

const chainSchema = z.object({
  ...place,
  name: z.string(),
  hook: z.optional(z.string()),
  policy: z.optional(z.string()),
});

const ruleSchema = z.object({ ...place, chain: z.string(), expr: z.array(z.record(z.string(), z.unknown())) });

const rulesetSchema = z.object({
  nftables: z.array(z.object({ chain: z.optional(chainSchema), rule: z.optional(ruleSchema) })),
});

/** A statement of a rule: one key, which says what it is. */
export type Statement = Readonly<Record<string, unknown>>;

export interface Chain {
  /** Family, table and name, as nft takes them. */
  readonly id: string;
  readonly family: string;
  readonly hook: string | undefined;
  readonly policy: string | undefined;
  readonly rules: readonly (readonly Statement[])[];
}

/** The chains by their id; undefined when the text is not such a list. */
export function readRuleset(text: string): ReadonlyMap<string, Chain> | undefined {
  const list = z.safeParse(rulesetSchema, parseJSON(text)).data?.nftables;
  if (list === undefined) return undefined;
  const rules = list.flatMap(({ rule }) => rule ?? []);
  const chains = list.flatMap(({ chain }) => chain ?? []);
  return new Map(
    chains.map(({ family, table, name, hook, policy }) => {
      const own = rules.filter((rule) => rule.family === family && rule.table === table && rule.chain === name);
      const id = `${family} ${table} ${name}`;
      return [id, { id, family, hook, policy, rules: own.map(({ expr }) => expr) }];
    }),
  );
}
