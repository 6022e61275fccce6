/** Explains which node answers for a name, for people who ask why. Pure. */
import { type Match, type Zones, ancestorsOf } from "./zone.ts";

/**
 * How a name is answered. `itself`: it has records. `wildcard`: a wildcard covers it. `between`: it exists for the sake of
 * names below it and has no records (an empty non-terminal), or as the apex of its zone. `unshown`: a record is stored under
 * it that no sink can show. `hidden`: a wildcard further up
 * does not cover it, since a name in between exists (RFC 4592). `missing`: it does not exist.
 */
export type AnsweringKind = "itself" | "wildcard" | "between" | "unshown" | "hidden" | "missing";

export interface Answering extends Match {
  readonly kind: AnsweringKind;
  /** The nearest name above it that exists; the name itself where that does. */
  readonly encloser: string;
  /** The wildcard that would cover it but for the encloser. */
  readonly hidden: string | undefined;
}

/**
 * Explains a name.
 *
 * @param name - in lower case, without trailing dot
 * @returns undefined for a name outside all zones
 */
export function explainName(zones: Zones, name: string): Answering | undefined {
  const match = zones.find(name);
  if (match === undefined) return undefined;
  const node = zones.node(name);
  if (node !== undefined) {
    const kind = node.entry !== undefined ? "itself" : node.isStored ? "unshown" : "between";
    return { ...match, kind, encloser: name, hidden: undefined };
  }
  const encloser = ancestorsOf(name).find((ancestor) => zones.node(ancestor) !== undefined) ?? match.zone;
  if (match.entry !== undefined) return { ...match, kind: "wildcard", encloser, hidden: undefined };
  const above = ancestorsOf(encloser).map((ancestor) => `*.${ancestor}`);
  const hidden = above.find((wildcard) => zones.node(wildcard)?.zone === match.zone);
  return { ...match, kind: hidden === undefined ? "missing" : "hidden", encloser, hidden };
}
