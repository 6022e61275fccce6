/** Looks at the system resolver as it is now, beside what the server says of it, once for all checks. */
import type { Status } from "../../contract/status.ts";
import type { ResolverFacts } from "../../platform/resolver/facts.ts";
import { ways } from "../../platform/resolver/choose.ts";
import { foreignFilesOf } from "../../platform/resolver/remove-wirings.ts";
import { readResolverFacts } from "../../platform/resolver/read-facts.ts";
import type { Way } from "../../platform/resolver/way.ts";
import type { Desktop } from "../check.ts";

export interface WiringLook {
  /** As the server says. */
  readonly told: NonNullable<Status["resolver"]>;
  /** Undefined where nobody is told. */
  readonly way: Way | undefined;
  readonly facts: ResolverFacts;
  /** Files in the places of ours that are not, or no longer, ours. */
  readonly foreign: readonly string[];
}

/** Looks; undefined where the system resolver is left alone. */
export async function lookAtWiring({ status, run, readFile }: Desktop): Promise<WiringLook | undefined> {
  const told = (await status())?.resolver;
  if (told === undefined) return undefined;
  const way = ways.find(({ name }) => name === told.way);
  const read = async (path: string): Promise<string> => (await readFile(path).catch(() => undefined))?.toString() ?? "";
  const facts = await readResolverFacts({ run, read });
  return { told, way, facts, foreign: way === undefined ? [] : await foreignFilesOf(way) };
}

/** The domains that the resolver was told. */
export function routesOf({ domains }: Pick<WiringLook["told"], "domains">): readonly string[] {
  return [...new Set(domains.flatMap(({ routes }) => routes))];
}
