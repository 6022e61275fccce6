/** Objects of a cluster as the API gives them, and what the watcher knows of the others, for tests of translations. */
import type { Kind, Neighbours, Translation } from "../../src/sources/kubernetes/translate/kind.ts";
import { placeOf } from "../../src/sources/kubernetes/translate/keep-fields.ts";

/** The older prefix of ExternalDNS's annotations. */
export const olderPrefix = "external-dns.alpha.kubernetes.io/";

/** Metadata in the namespace `default`, with annotations under the older prefix. */
export function metadata(
  name: string,
  annotations: Readonly<Record<string, string>> = {},
  more: Readonly<Record<string, unknown>> = {},
): object {
  const prefixed = Object.entries(annotations).map(([key, value]) => [
    key.includes("/") ? key : olderPrefix + key,
    value,
  ]);
  return { name, namespace: "default", annotations: Object.fromEntries(prefixed), ...more };
}

/** Knows these objects, and that there are no others. */
export function neighboursOf(
  known: readonly (readonly [Kind, ...(readonly unknown[])])[] = [],
  hidden: readonly Kind[] = [],
): Neighbours {
  const list = (kind: Kind): readonly unknown[] => known.flatMap(([of, ...objects]) => (of === kind ? objects : []));
  return {
    list,
    find: (kind, namespace, name) =>
      list(kind).find((object) => {
        const place = placeOf(object);
        return place?.name === name && place.namespace === namespace;
      }),
    knows: (kind) => !hidden.includes(kind),
  };
}

/** Each record in a line, as in `A foo.dtk.io -> 192.0.2.1`; a name without target as `foo.dtk.io`. */
export function linesOf({ endpoints, withoutTarget }: Pick<Translation, "endpoints" | "withoutTarget">): string[] {
  const records = endpoints.map(({ recordType, dnsName, targets }) =>
    [recordType, dnsName, "->", ...(targets ?? [])].join(" "),
  );
  return [...records, ...withoutTarget.map(({ dnsName }) => dnsName ?? "")];
}
