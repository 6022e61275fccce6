/** Puts together what is given and what the file says: a flag wins over the environment, that over the file, that over defaults. */
import { dirname, resolve } from "node:path";
import { type DefaultedKey, type Entry, type EntryKey, type ValueOf, entries, mapEntries } from "./entry.ts";
import type { Addon } from "./addon.ts";
import { type LinePlace, renderPlace } from "./problem.ts";
import type { ConfigurationFile, Located } from "./read.ts";

/** Where a value came from. */
type Origin =
  | { readonly kind: "flag" | "environment"; readonly name: string }
  | { readonly kind: "file"; readonly place: LinePlace }
  | { readonly kind: "default" };

interface Sourced<Value> {
  readonly value: Value;
  readonly origin: Origin;
}

/** A value from the command line or the environment, with the flag's or the variable's name. */
interface GivenValue<Value> {
  readonly value: Value;
  readonly source: string;
}

/** What the command line and the environment say about the values of the file. */
export type GivenValues = { readonly [Key in EntryKey]?: GivenValue<ValueOf<Key>> | undefined };

/** What an entry comes to: a value that was given, that of the file, or its default. */
type Resolved<Key extends EntryKey> = Key extends DefaultedKey ? ValueOf<Key> : ValueOf<Key> | undefined;

/** Every value; undefined is what must be found out or done without. */
export type Values = { readonly [Key in EntryKey]: Resolved<Key> };

/** Every value with its origin. */
export type Configuration = { readonly [Key in EntryKey]: Sourced<Resolved<Key>> } & {
  /** The file, as the user named it. */
  readonly path: string;
  readonly addons: readonly Addon[];
};

/**
 * Resolves each value.
 *
 * @param options - `home` is the folder that `~/` means in the file
 * @returns paths in the file are relative to the file's folder and come out absolute
 */
export function resolveConfiguration(options: {
  readonly file: ConfigurationFile;
  readonly given: GivenValues;
  readonly home: string;
}): Configuration {
  const { file, given, home } = options;
  const { values, path, addons } = file;
  const inFolder = (text: string): string => resolve(dirname(path), text.replace(/^~(?=\/)/, home));
  const resolved = mapEntries((key): Sourced<unknown> => {
    const entry: Entry & { readonly otherwise?: unknown } = entries[key];
    const located: Located<unknown> | undefined = values[key];
    const isPath = entry.isPath && typeof located?.value === "string";
    const found = isPath ? { ...located, value: inFolder(located.value) } : located;
    return choose(given[key], found, entry.otherwise);
  });
  return { ...(resolved as Omit<Configuration, "path" | "addons">), path, addons };
}

/** The values without their origins. */
export function valuesOf(configuration: Configuration): Values {
  return mapEntries((key) => configuration[key].value) as Values;
}

function choose(
  given: GivenValue<unknown> | undefined,
  located: Located<unknown> | undefined,
  otherwise: unknown,
): Sourced<unknown> {
  if (given !== undefined) return { value: given.value, origin: originOf(given.source) };
  if (located !== undefined) return { value: located.value, origin: { kind: "file", place: located.place } };
  return { value: otherwise, origin: { kind: "default" } };
}

function originOf(source: string): Origin {
  return { kind: source.startsWith("--") ? "flag" : "environment", name: source };
}

/** The origin in words: `--cluster-ip`, `DTK_CLUSTER_IP`, `config.yaml:3:11`, `default`. */
export function renderOrigin(origin: Origin): string {
  switch (origin.kind) {
    case "flag":
    case "environment":
      return origin.name;
    case "file":
      return renderPlace(origin.place);
    case "default":
      return "default";
  }
}
