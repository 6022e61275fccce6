/** Which names the user's own lines define, read the way resolvers read them, so that we never answer for such a name. */
import ipaddr from "ipaddr.js";

/** Where a name is defined. */
export interface UserLine {
  /** Counted from 0 within the text that was read. */
  readonly index: number;
  /** The whole line without line end. */
  readonly text: string;
}

/** What isspace(3) takes for space in the C locale; a lone carriage return is one of them (glibc nss_files, musl). */
const words = /[^ \t\v\f\r]+/g;

/**
 * Reads the names that lines of a hosts file define (hosts(5)): `#` ends a line, any number of names follows an
 * address, and case does not matter. A line whose first word is no address defines nothing.
 *
 * @param text - lines of the file, bytes read as latin1
 * @returns the first line of each name, by the name in lower case
 */
export function readUserNames(text: string): ReadonlyMap<string, UserLine> {
  const names = new Map<string, UserLine>();
  for (const [index, line] of linesOf(text).entries()) {
    const [address, ...aliases] = line.replace(/#.*/s, "").match(words) ?? [];
    if (address === undefined || aliases.length === 0 || !isAddress(address)) continue;
    const userLine = { index, text: line.replace(/\r$/, "") };
    for (const alias of aliases.map((name) => name.toLowerCase())) {
      if (!names.has(alias)) names.set(alias, userLine);
    }
  }
  return names;
}

/** Resolvers differ: glibc wants inet_pton(3), musl takes inet_aton(3) forms such as `127.1` and zones. Any of them counts. */
function isAddress(word: string): boolean {
  return ipaddr.isValid(word);
}

function linesOf(text: string): readonly string[] {
  return text === "" ? [] : text.split("\n");
}
