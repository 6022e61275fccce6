/** What `adopt` would do to the hosts file, as a difference that a person can judge. */
import type { AdoptionEdit, AdoptionPlanAnswer } from "../../contract/adoption.ts";
import { printable } from "../../base/printable.ts";
import { type Terminal } from "../terminal.ts";

/**
 * Renders edits of the user's lines, and the lines that the managed block gets for them.
 *
 * @returns lines as in a unified difference, each with its line end
 */
export function renderAdoption({ hostsFile, edits, block }: AdoptionPlanAnswer, terminal: Terminal): string {
  const gone = (line: string): string => terminal.paint("bad", `-${printable(line)}`);
  const come = (line: string): string => terminal.paint("good", `+${printable(line)}`);
  const heading = (text: string): string => terminal.paint("strong", text);
  const hunks = joinNeighbours(edits).flatMap((group) => [
    heading(`@@ ${lineRange(group)} @@`),
    ...group.map(({ before }) => gone(before)),
    ...group.flatMap(({ after }) => (after === null ? [] : [come(after)])),
  ]);
  const added = block.length === 0 ? [] : [heading("@@ managed block @@"), ...block.map(come)];
  return [heading(hostsFile), ...hunks, ...added].map((line) => `${line}\n`).join("");
}

function joinNeighbours(edits: readonly AdoptionEdit[]): readonly (readonly [AdoptionEdit, ...AdoptionEdit[]])[] {
  const groups: [AdoptionEdit, ...AdoptionEdit[]][] = [];
  for (const edit of edits) {
    const last = groups.at(-1);
    if (last?.at(-1)?.line === edit.line - 1) last.push(edit);
    else groups.push([edit]);
  }
  return groups;
}

function lineRange(group: readonly [AdoptionEdit, ...AdoptionEdit[]]): string {
  const [first] = group;
  const last = group.at(-1) ?? first;
  return first === last ? `line ${first.line}` : `lines ${first.line} to ${last.line}`;
}

/** The lines of the predecessor whose names nobody asks for, and how to be rid of them. */
export function renderStale(stale: readonly AdoptionEdit[]): string {
  const lines = stale.map(({ line, before }) => `  ${line}: ${printable(before)}`);
  return [
    "No cluster asks for these names of managed domains; to remove the lines too, add --stale:",
    ...lines,
    "",
  ].join("\n");
}

/** Clusters whose names are not known yet. */
export function renderSilent(clusters: readonly string[]): string {
  return `ExternalDNS of ${clusters.join(", ")} has not called yet; once it has, run this again for its names.\n`;
}
