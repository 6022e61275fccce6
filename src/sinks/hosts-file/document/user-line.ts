/** Which names the user's own lines define, read the way resolvers read them, so that we never answer for such a name. */
import ipaddr from "ipaddr.js";

/** Where a name is defined. */
interface UserLine {
  /** Counted from 0 within the text that was read. */
  readonly index: number;
  /** The whole line without line end. */
  readonly text: string;
}

/** What a line defines. */
interface Definition {
  readonly address: string;
  /** As they are spelled, at least one. */
  readonly names: readonly string[];
}

/** What isspace(3) takes for space in the C locale; a lone carriage return is one of them (glibc nss_files, musl). */
const words = /[^ \t\v\f\r]+/g;

/**
 * Reads a line of a hosts file (hosts(5)): `#` ends it, and any number of names follows an address.
 *
 * @param line - bytes read as latin1, without line feed
 * @returns undefined when it defines nothing, as when its first word is not an address
 */
export function readDefinition(line: string): Definition | undefined {
  const [address, ...names] = line.replace(/#.*/s, "").match(words) ?? [];
  return address === undefined || names.length === 0 || !isAddress(address) ? undefined : { address, names };
}

/**
 * Reads the names that lines of a hosts file define. Case does not matter.
 *
 * @param text - lines of the file, bytes read as latin1
 * @returns the first line of each name, by the name in lower case
 */
export function readUserNames(text: string): ReadonlyMap<string, UserLine> {
  const names = new Map<string, UserLine>();
  for (const [index, line] of linesOf(text).entries()) {
    const definition = readDefinition(line);
    if (definition === undefined) continue;
    const userLine = { index, text: line.replace(/\r$/, "") };
    for (const name of definition.names.map((each) => each.toLowerCase())) {
      if (!names.has(name)) names.set(name, userLine);
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
