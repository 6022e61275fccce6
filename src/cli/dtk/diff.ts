/** Differences for --dry-run: what would be added and removed, as unified diffs. */
import { createPatch } from "diff";

/**
 * Renders what a change does to a text.
 *
 * @param change - `name` says whose text it is; an absent text is empty
 * @returns the diff, or an empty text when nothing changes
 */
export function renderDiff(change: {
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}): string {
  const { name, before = "", after = "" } = change;
  if (before === after) return "";
  const patch = createPatch(name, before, after, before === "" ? "absent" : "now", after === "" ? "absent" : "then");
  // Neither the patch's index line nor its ruler says anything to a reader.
  return patch.replace(/^Index: .*\n=+\n/, "");
}
