/** Leaves of an object what translations read, so that the watcher's memory follows names and not objects. */
import { annotationPrefixes } from "./annotations.ts";
import { readFields } from "./fields.ts";
import type { Kind } from "./kind.ts";

/** Fields of `metadata` that are kept, beside the annotations. */
const ofMetadata = ["name", "namespace", "generation", "labels"] as const;

/** Annotations that are read beside ExternalDNS's own. */
const otherAnnotations: ReadonlySet<string> = new Set(["kubernetes.io/ingress.class"]);

/** An object, or what is left of it. */
export type KeptObject = Readonly<Record<string, unknown>>;

/**
 * Makes a copy that translates to the same as the object.
 *
 * @param kind - the object's kind
 * @param object - as the API gave it, of any shape
 */
export function keepFields(kind: Kind, object: unknown): KeptObject {
  if (!isObject(object)) return {};
  const kept: Record<string, unknown> = { metadata: keepMetadata(object["metadata"]) };
  for (const path of kind.fields) {
    const [part = "", field = ""] = path.split(".");
    const from = object[part];
    if (!isObject(from)) kept[part] = from;
    else kept[part] = { ...(kept[part] as object | undefined), ...pick(from, [field]) };
  }
  return kept;
}

function keepMetadata(metadata: unknown): unknown {
  if (!isObject(metadata)) return metadata;
  const annotations = metadata["annotations"];
  return {
    ...pick(metadata, ofMetadata),
    annotations: isObject(annotations) ? pick(annotations, Object.keys(annotations).filter(isRead)) : annotations,
  };
}

function isRead(annotation: string): boolean {
  return otherAnnotations.has(annotation) || annotationPrefixes.some((prefix) => annotation.startsWith(prefix));
}

function pick(from: KeptObject, keys: readonly string[]): KeptObject {
  return Object.fromEntries(keys.flatMap((key) => (Object.hasOwn(from, key) ? [[key, from[key]]] : [])));
}

function isObject(value: unknown): value is KeptObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Where an object is in the cluster; undefined when it has no name, which no API server gives out. */
export function placeOf(object: unknown): { readonly namespace: string; readonly name: string } | undefined {
  const metadata = readFields(object).object("metadata");
  const name = metadata.text("name");
  return name === "" ? undefined : { namespace: metadata.text("namespace"), name };
}
