/** The `addons` list of config.yaml in both of its forms: a name, or a name with `enabled`. */
import type { Problem } from "./problem.ts";
import { type Tree, follow } from "./tree.ts";

export interface Addon {
  readonly name: string;
  /** An add-on that is listed without a word on it is enabled. */
  readonly isEnabled: boolean;
}

/**
 * Reads the list; keys beside `name` and `enabled` are left alone.
 *
 * @param tree - the whole file
 */
export function readAddons(tree: Tree): { readonly addons: readonly Addon[]; readonly problems: readonly Problem[] } {
  const { kind: way, found } = follow(tree, ["addons"]);
  if (way === "blocked" || found.kind === "empty") return { addons: [], problems: [] };
  if (found.kind !== "list") {
    return { addons: [], problems: [{ offset: found.offset, message: "addons: expected a list of names." }] };
  }
  const read = found.items.filter(({ kind }) => kind !== "empty").map((item, index) => readAddon(item, index));
  return {
    addons: read.flatMap((each) => ("name" in each ? each : [])),
    problems: read.flatMap((each) => ("name" in each ? [] : each)),
  };
}

function readAddon(item: Tree, index: number): Addon | Problem {
  if (item.kind === "text") return { name: item.text, isEnabled: true };
  const { found: name } = follow(item, ["name"]);
  const { found: enabled } = follow(item, ["enabled"]);
  const path = `addons[${index}]`;
  if (item.kind !== "map" || name.kind !== "text") {
    return { offset: name.offset, message: `${path}: expected a name, or a map with name and enabled.` };
  }
  if (enabled.kind === "empty") return { name: name.text, isEnabled: true };
  const isEnabled = enabled.kind === "text" ? switches.get(enabled.text.toLowerCase()) : undefined;
  if (isEnabled !== undefined) return { name: name.text, isEnabled };
  return { offset: enabled.offset, message: `${path}.enabled (${name.text}): expected true or false.` };
}

const switches: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
]);
