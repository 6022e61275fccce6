/** Reads config.yaml: what it says, each value with its place, or everything that is wrong with it at once. */
import { type Addon, readAddons } from "./addon.ts";
import { type Entry, type EntryKey, type ValueOf, entries, mapEntries, pathText } from "./entry.ts";
import { type ConfigurationText, type LinePlace, type Problem, placeOf, troubleOf } from "./problem.ts";
import { type Tree, type Way, follow, parseTree } from "./tree.ts";

/** A value and its place in the file. */
export interface Located<Value> {
  readonly value: Value;
  readonly place: LinePlace;
}

/** What the file says; undefined where it says nothing. */
export type FileValues = { readonly [Key in EntryKey]: Located<ValueOf<Key>> | undefined };

export interface ConfigurationFile {
  /** As the user named it. */
  readonly path: string;
  readonly values: FileValues;
  /** In the order of the file. */
  readonly addons: readonly Addon[];
}

/**
 * Reads the text of a config.yaml. Keys that are not ours are left alone.
 *
 * @param options - `isDomainNeeded` is false where nothing is installed, as for taking the add-on away
 * @throws TroubleError `configuration-wrong` (exit 2) with every problem, its place and what is expected; a missing
 *   `dns.domain` is one where it is needed
 */
export function readConfiguration(
  file: ConfigurationText,
  { isDomainNeeded = true }: { readonly isDomainNeeded?: boolean } = {},
): ConfigurationFile {
  const { tree, problems: broken } = parseTree(file.text);
  const problems: Problem[] = [...broken];
  const value = <Value>(entry: Entry<Value>): Located<Value> | undefined => {
    const read = readEntry(tree, entry);
    if ("problems" in read) problems.push(...read.problems);
    // What is missing in broken YAML may be what could not be read.
    if ("missing" in read && entry.isRequired && isDomainNeeded && broken.length === 0) problems.push(read.missing);
    return "value" in read ? { value: read.value, place: placeOf(file, read.offset) } : undefined;
  };
  const values = mapEntries((key) => value<unknown>(entries[key])) as FileValues;
  const addons = readAddons(tree);
  problems.push(...addons.problems);
  if (problems.length > 0) throw troubleOf(file, withoutRepeats(problems));
  return { path: file.path, values, addons: addons.addons };
}

type Read<Value> =
  | { readonly value: Value; readonly offset: number }
  | { readonly problems: readonly Problem[] }
  | { readonly missing: Problem };

function readEntry<Value>(tree: Tree, entry: Entry<Value>): Read<Value> {
  const name = pathText(entry.path);
  const way = follow(tree, entry.path);
  const { found } = way;
  if (way.kind === "blocked") return { problems: [{ offset: found.offset, message: blockedMessage(way) }] };
  const items = found.kind === "list" && entry.isList ? found.items : [found];
  if (items.every(({ kind }) => kind === "empty")) {
    return { missing: { offset: found.offset, message: `${name} is missing. Expected: ${entry.doc}` } };
  }
  const odd = items.find((item) => item.kind !== "text" && item.kind !== "empty");
  if (odd !== undefined) return { problems: [{ offset: odd.offset, message: shapeMessage(name, entry) }] };
  return checkTexts(name, entry, items);
}

/** Each item is checked alone first, so that a problem is shown at its place. */
function checkTexts<Value>(name: string, { schema }: Entry<Value>, items: readonly Tree[]): Read<Value> {
  const texts = items.flatMap((item) => (item.kind === "text" ? item : []));
  const problems = texts.flatMap(({ text, offset }) => problemsOf(name, schema.safeParse([text]), offset));
  if (problems.length > 0) return { problems };
  const offset = texts[0]?.offset ?? 0;
  const whole = schema.safeParse(texts.map(({ text }) => text));
  if (whole.success) return { value: whole.data, offset };
  return { problems: problemsOf(name, whole, offset) };
}

function problemsOf(
  name: string,
  result: ReturnType<Entry["schema"]["safeParse"]>,
  offset: number,
): readonly Problem[] {
  return (result.error?.issues ?? []).map(({ message }) => ({ offset, message: `${name}: ${message}` }));
}

function blockedMessage({ part, expected }: Extract<Way, { kind: "blocked" }>): string {
  if (part.length === 0) return "Expected keys with values, such as dns with domain: dtk.io.";
  return `${pathText(part)}: expected ${expected === "list" ? "a list" : "keys with values"}.`;
}

function shapeMessage(name: string, { isList }: Entry): string {
  return `${name}: expected ${isList ? "one value, a comma list or a YAML list" : "one value"}.`;
}

/** Where a map is expected, another kind of node hides each value in it. */
function withoutRepeats(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [`${problem.offset} ${problem.message}`, problem])).values()];
}
