/** What the view becomes in a hosts file: one `address name` a line, the only layout that every resolver reads. */
import type { LineDiff } from "../../../engine/sink.ts";

/** A name and the addresses that it is shown with. */
export interface HostEntry {
  readonly name: string;
  readonly addresses: readonly string[];
}

const safeName = /^[a-z0-9.-]+$/;
const safeAddress = /^[0-9a-f.:]+$/;

/**
 * Renders entries as the lines of the managed block, in their order.
 *
 * @returns the lines, each with its line end. Whatever the entries hold, each line is one address and one name: what
 *   could end a line, begin a comment or add a name is left out.
 */
export function renderBody(entries: readonly HostEntry[]): string {
  let body = "";
  for (const { name, addresses } of entries) {
    if (!safeName.test(name)) continue;
    for (const address of addresses) {
      // Ten thousand names are joined at every change, and this is the fastest way by far.
      // oxlint-disable-next-line prefer-template
      if (safeAddress.test(address)) body += address + " " + name + "\n";
    }
  }
  return body;
}

/** The lines of a body without their line ends. */
export function splitBody(body: string): readonly string[] {
  return body === "" ? [] : body.slice(0, -1).split("\n");
}

/**
 * The lines that came and went. What both bodies begin and end with is skipped, so that a single change among many lines
 * costs next to nothing.
 */
export function compareBodies(before: string, after: string): LineDiff {
  if (before === after) return { added: [], removed: [] };
  const start = lineStart(
    before,
    commonLength(before, after, (text, length) => text.slice(0, length)),
  );
  const rest = { before: before.slice(start), after: after.slice(start) };
  const length = commonLength(rest.before, rest.after, (text, count) => text.slice(text.length - count));
  const end = rest.before.length - length;
  // The common end begins in the middle of a line, unless the line before it ends there.
  const keep = rest.before.indexOf("\n", Math.max(0, end - 1)) + 1;
  const same = length === 0 || keep === 0 ? 0 : rest.before.length - keep;
  const gone = splitBody(rest.before.slice(0, rest.before.length - same));
  const come = splitBody(rest.after.slice(0, rest.after.length - same));
  const old = new Set(gone);
  const fresh = new Set(come);
  return { added: come.filter((line) => !old.has(line)), removed: gone.filter((line) => !fresh.has(line)) };
}

function lineStart(text: string, position: number): number {
  return position === 0 ? 0 : text.lastIndexOf("\n", position - 1) + 1;
}

/** How much two texts have in common, by halving: comparing long slices is far faster than comparing characters. */
function commonLength(left: string, right: string, part: (text: string, length: number) => string): number {
  let equal = 0;
  let different = Math.min(left.length, right.length) + 1;
  while (different - equal > 1) {
    const middle = (equal + different) >>> 1;
    if (part(left, middle) === part(right, middle)) equal = middle;
    else different = middle;
  }
  return equal;
}
