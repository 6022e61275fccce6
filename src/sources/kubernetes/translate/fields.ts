/** Reads foreign objects field by field: a field of the wrong type counts as absent, and is named. */
import { isJSONObject } from "../../../base/json.ts";

/** The fields of one object. None of them throws. */
export interface Fields {
  /** Empty when absent. */
  readonly text: (key: string) => string;
  readonly number: (key: string) => number | undefined;
  readonly has: (key: string) => boolean;
  /** Whether it is `true`. */
  readonly isTrue: (key: string) => boolean;
  /** Without fields when absent. */
  readonly object: (key: string) => Fields;
  readonly objects: (key: string) => readonly Fields[];
  readonly texts: (key: string) => readonly string[];
  /** As labels and annotations are. */
  readonly textMap: (key: string) => ReadonlyMap<string, string>;
}

/** Takes what is wrong with a field, as in `spec.rules[0].host is a number, it has to be a text.` */
type Complain = (complaint: string) => void;

/**
 * Opens an object.
 *
 * @param value - anything
 * @param complain - takes a sentence for each field of the wrong type that is read
 * @param path - where the object is, as in `spec.rules[0]`
 */
export function readFields(value: unknown, complain: Complain = () => {}, path = ""): Fields {
  const found = isJSONObject(value) ? value : {};
  if (value !== undefined && value !== null && found !== value) complain(wrongType(path, value, "an object"));
  const at = (key: string): string => (path === "" ? key : `${path}.${key}`);
  const read = (key: string): unknown => (Object.hasOwn(found, key) ? (found[key] ?? undefined) : undefined);
  const check = <Wanted>(key: string, is: (field: unknown) => field is Wanted, what: string): Wanted | undefined => {
    const field = read(key);
    if (field === undefined || is(field)) return field;
    complain(wrongType(at(key), field, what));
    return undefined;
  };
  const items = (key: string): readonly unknown[] => check(key, Array.isArray, "a list") ?? [];
  return {
    text: (key) => check(key, isText, "a text") ?? "",
    number: (key) => check(key, isNumber, "a number"),
    has: (key) => read(key) !== undefined,
    isTrue: (key) => check(key, isBoolean, "true or false") ?? false,
    object: (key) => readFields(read(key), complain, at(key)),
    objects: (key) => items(key).map((item, index) => readFields(item, complain, `${at(key)}[${index}]`)),
    texts: (key) =>
      items(key).flatMap((item, index) => {
        if (isText(item)) return [item];
        complain(wrongType(`${at(key)}[${index}]`, item, "a text"));
        return [];
      }),
    textMap: (key) => {
      const entries = Object.entries(check(key, isJSONObject, "an object") ?? {}).filter(([, field]) => field !== null);
      for (const [name, field] of entries)
        if (!isText(field)) complain(wrongType(`${at(key)}.${name}`, field, "a text"));
      return new Map(entries.filter((entry): entry is [string, string] => isText(entry[1])));
    },
  };
}

function wrongType(path: string, value: unknown, wanted: string): string {
  return `${path === "" ? "The object" : path} is ${nameType(value)}, it has to be ${wanted}.`;
}

function nameType(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value === "string" ? "text" : typeof value}`;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === "boolean";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}
