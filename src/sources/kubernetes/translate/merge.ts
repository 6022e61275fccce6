/** Unites what the objects of one cluster ask for: one endpoint for each name and type. */
import { type Endpoint, keyText, recordKey, resourceOf } from "../../../records/endpoint.ts";
import type { Translation } from "./kind.ts";

/**
 * Unites translations.
 *
 * - Targets of one name and type unite, sorted.
 * - A name without a target is asked for as a CNAME to itself, but only when nobody gives the name a target.
 * - `labels.resource` is the least one, so that it does not depend on the order.
 *
 * @param translations - those of all objects of one cluster
 * @returns the endpoints, in the order of names and types
 */
export function mergeTranslations(
  translations: Iterable<Pick<Translation, "endpoints" | "withoutTarget">>,
): readonly Endpoint[] {
  const all = [...translations];
  const merged = new Map<string, Endpoint>();
  const add = (endpoint: Endpoint): void => {
    const key = keyText(recordKey(endpoint));
    const present = merged.get(key);
    merged.set(key, present === undefined ? endpoint : unite(present, endpoint));
  };
  for (const endpoint of all.flatMap(({ endpoints }) => endpoints)) add({ ...endpoint, targets: sorted(endpoint) });
  const pointing = new Set([...merged.values()].map(({ dnsName }) => dnsName));
  for (const endpoint of all.flatMap(({ withoutTarget }) => withoutTarget)) {
    if (!pointing.has(endpoint.dnsName)) add(endpoint);
  }
  return [...merged].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, endpoint]) => endpoint);
}

function unite(left: Endpoint, right: Endpoint): Endpoint {
  const [first, second] = (resourceOf(left) ?? "") <= (resourceOf(right) ?? "") ? [left, right] : [right, left];
  return { ...first, targets: sorted({ targets: [...(first.targets ?? []), ...(second.targets ?? [])] }) };
}

function sorted({ targets }: Pick<Endpoint, "targets">): readonly string[] {
  return [...new Set(targets)].toSorted();
}
