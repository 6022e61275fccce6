/** Leaves of an object what translations read, so that the watcher's memory follows names and not objects. */
import { isJSONObject } from "../../../base/json.ts";
import { annotationPrefixes, ingressClassAnnotation } from "./annotations.ts";
import { readFields } from "./fields.ts";
import type { Kind } from "./kind.ts";

/** Fields of `metadata` that are kept, beside the annotations. */
const ofMetadata = ["name", "namespace", "generation", "labels"] as const;

/** An object, or what is left of it. */
export type KeptObject = Readonly<Record<string, unknown>>;

/**
 * Makes a copy that translates to the same as the object.
 *
 * @param kind - the object's kind
 * @param object - as the API gave it, of any shape
 */
export function keepFields(kind: Kind, object: unknown): KeptObject {
  if (!isJSONObject(object)) return {};
  return {
    metadata: keepMetadata(object["metadata"]),
    ...keepPart(kind, object, "spec"),
    ...keepPart(kind, object, "status"),
  };
}

function keepPart({ fields }: Kind, object: KeptObject, part: "spec" | "status"): KeptObject {
  const value = object[part];
  if (!isJSONObject(value)) return value === undefined ? {} : { [part]: value };
  const wanted = fields.filter((path) => path.startsWith(`${part}.`)).map((path) => path.slice(part.length + 1));
  return wanted.length === 0 ? {} : { [part]: pick(value, wanted) };
}

function keepMetadata(metadata: unknown): unknown {
  if (!isJSONObject(metadata)) return metadata;
  const annotations = metadata["annotations"];
  return {
    ...pick(metadata, ofMetadata),
    annotations: isJSONObject(annotations) ? pick(annotations, Object.keys(annotations).filter(isRead)) : annotations,
  };
}

function isRead(annotation: string): boolean {
  return annotation === ingressClassAnnotation || annotationPrefixes.some((prefix) => annotation.startsWith(prefix));
}

function pick(from: KeptObject, keys: readonly string[]): KeptObject {
  return Object.fromEntries(keys.flatMap((key) => (Object.hasOwn(from, key) ? [[key, from[key]]] : [])));
}

/** Where an object is in the cluster; undefined when it has no name, which no API server gives out. */
export function placeOf(object: unknown): { readonly namespace: string; readonly name: string } | undefined {
  const metadata = readFields(object).object("metadata");
  const name = metadata.text("name");
  return name === "" ? undefined : { namespace: metadata.text("namespace"), name };
}
