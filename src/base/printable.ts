/** Makes visible what foreign text could hide or do: control characters, changed writing directions, letters without width. */

/**
 * Control and formatting characters, line and paragraph separators, halves of pairs, and whatever else has no shape
 * (Unicode Standard, sections 4.5 and 5.21).
 */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Almost every text is this, and looking is far quicker than replacing. */
const plain = /^[\n\x20-\x7e]*$/;

/**
 * Shows hidden characters as escapes, as in `\u202e`, since a name or a line of somebody else must not drive a terminal
 * or look like another one. A tab becomes a blank.
 */
export function printable(text: string): string {
  return printableLines(text.replaceAll("\t", " "), "");
}

/**
 * Does the same for a text of several lines, or for one of JSON, which then holds the same values (RFC 8259, section 7).
 *
 * @param keep - characters that stay as they are
 */
export function printableLines(text: string, keep = "\n"): string {
  if (keep === "\n" && plain.test(text)) return text;
  return text.replaceAll(hidden, (character) => (keep.includes(character) ? character : escape(character)));
}

function escape(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

/** Characters of one text that people are shown; names of DNS have at most 253. */
const longest = 300;

/** Cuts a text of any length. */
export function shorten(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

/**
 * Writes a value as JSON in which no character is hidden.
 *
 * @param value - what JSON can hold
 * @param indent - blanks for each level; none puts all in one line
 */
export function printableJSON(value: unknown, indent?: number): string {
  return printableLines(JSON.stringify(value, undefined, indent));
}
