/** What the view becomes in a hosts file: one `address name` a line, the only layout that every resolver reads. */
import type { View } from "../records/view.ts";
import type { SinkChange } from "./sink.ts";

/** Lower case, one space, no comment; nothing that could end the line or begin another. */
const safeLine = /^[0-9a-f.:]+ [a-z0-9.-]+$/;

/**
 * Renders the view as lines without line ends, in the order of the view.
 *
 * @returns only lines that a resolver reads as one address and one name, whatever the view holds
 */
export function toLines(view: View): readonly string[] {
  const lines: string[] = [];
  for (const { name, addresses } of view.entries) {
    for (const address of addresses) {
      const line = `${address} ${name}`;
      if (safeLine.test(line)) lines.push(line);
    }
  }
  return lines;
}

/** The lines that came and went. Lists that begin and end alike, as they do when one name changes, cost almost nothing. */
export function compareLines(before: readonly string[], after: readonly string[]): SinkChange {
  if (before === after) return { added: [], removed: [] };
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const gone = before.slice(start, before.length - end);
  const come = after.slice(start, after.length - end);
  const old = new Set(gone);
  const fresh = new Set(come);
  return { added: come.filter((line) => !old.has(line)), removed: gone.filter((line) => !fresh.has(line)) };
}
