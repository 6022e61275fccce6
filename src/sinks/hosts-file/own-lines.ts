/** Where the user's own lines define names, so that it can be said before names come. */
import { userPartOf } from "./document/document.ts";
import { readUserNames } from "./document/user-line.ts";
import { readHostsFile } from "./writer/read-hosts-file.ts";

/**
 * Reads the user's own lines.
 *
 * @returns by the name in lower case, its line, counted from 1 within the file; empty where the file cannot be read
 */
export function readOwnLines(path: string): ReadonlyMap<string, { readonly line: number; readonly text: string }> {
  let text: string;
  try {
    text = readHostsFile(path);
  } catch {
    return new Map();
  }
  const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
  // The first of equal lines is the one that is meant.
  const numbers = new Map(lines.map((line, index) => [line, index + 1] as const).toReversed());
  const own = readUserNames(userPartOf(text)).entries();
  return new Map(own.map(([name, { text: line }]) => [name, { line: numbers.get(line) ?? 0, text: line }]));
}
