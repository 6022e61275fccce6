/** Text for a person at a terminal: wrapped at words with commands left whole, in colours where these are wanted, and never with control characters of others. */
import { styleText } from "node:util";
import { printable } from "../base/printable.ts";

/** What a text is in a place where colours are: `good`, `bad`, `strong`, `faint`, or a `command` to type. */
export type Style = keyof typeof formats;

export const formats = { good: "green", bad: "red", strong: "bold", faint: "dim", command: "cyan" } as const;

export interface Terminal {
  /** Columns; endless where nobody said how many there are, so that `grep` finds whole sentences. */
  readonly width: number;
  /** Colours a text, or leaves it as it is. */
  readonly paint: (style: Style, text: string) => string;
}

/** A terminal without colours and end of lines, as a file is one. */
export const plain: Terminal = { width: Number.POSITIVE_INFINITY, paint: (_, text) => text };

/**
 * The terminal behind a stream. Colours follow `NO_COLOR`, `FORCE_COLOR` and `TERM` as in Node's own output.
 *
 * @param stream - for example the standard output
 */
export function terminalOf(stream: NodeJS.WriteStream): Terminal {
  const columns = stream.isTTY ? stream.columns : 0;
  return {
    width: columns > 0 ? columns : Number.POSITIVE_INFINITY,
    paint: (style, text) => styleText(formats[style], text, { stream }),
  };
}

/** Words; a command in backquotes counts as one, with the signs around it. */
const wordPattern = /[^\s`]*`[^`]*`[^\s`]*|\S+/g;

/**
 * Breaks a text into lines at its words. A word that is too long for a line stays whole.
 *
 * @param text - control characters of it are made visible
 * @param width - columns of a line
 * @param indent - the texts before the first line and before the others
 */
export function wrap(
  text: string,
  width: number,
  { first, others }: { readonly first: string; readonly others: string },
): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const [word] of printable(text).matchAll(wordPattern)) {
    const indent = lines.length === 0 ? first : others;
    if (line !== "" && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, (lines.length === 0 ? first : others) + line];
}
