/** Looks at one object alone, as ExternalDNS with its one prefix would: for doctor and dtk, which watch nothing. */
import { readFields } from "./fields.ts";
import type { Kind, Neighbours, Translation } from "./kind.ts";
import { translateObject } from "./translate-object.ts";

/** Of no other object anything is known that would speak against a name. */
const unknown: Neighbours = { find: () => undefined, list: () => [], knows: () => false };

/**
 * Translates an object alone.
 *
 * @param prefix - the prefix of the annotations that count
 */
export function translateAlone(kind: Kind, object: unknown, prefix: string): Translation {
  const annotations = readFields(object).object("metadata").textMap("annotations");
  const counting = Object.fromEntries([...annotations].filter(([key]) => key.startsWith(prefix)));
  const { metadata, ...rest } = Object(object) as { readonly metadata?: object };
  return translateObject(kind, { ...rest, metadata: { ...metadata, annotations: counting } }, { neighbours: unknown });
}

/** Every name that an object asks for, also those that it does not get. */
export function askedNames({ endpoints, withoutTarget, notAsked }: Translation): readonly string[] {
  const asked = [...endpoints, ...withoutTarget].map(({ dnsName = "" }) => dnsName);
  return [...new Set([...asked, ...notAsked.flatMap(({ names }) => names)])];
}
