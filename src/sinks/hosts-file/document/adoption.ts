/** Takes names out of the user's own lines, once the user has agreed, so that the managed block can have them. Every other byte stays. Pure. */
import { withoutLineEnd } from "./marker.ts";
import { readDefinition } from "./user-line.ts";

/** Which names may be taken out; asked with names in lower case. */
export interface Adoptable {
  /** A name that a cluster has. It is taken out of any line. */
  readonly isWanted: (name: string) => boolean;
  /**
   * A name of a managed domain that no cluster has. It is taken out of lines as the predecessor wrote them alone: one
   * address, one blank, one name (hostsfile-server.py of DTK).
   */
  readonly isStale: (name: string) => boolean;
}

/** What the user agreed to. */
export interface Adoption extends Adoptable {
  /** Digest of the user's part of the file that the user was shown; with another one nothing is taken out. */
  readonly userPart: string;
}

/** What is done to one line; texts are without line end. */
export interface LineEdit {
  /** Counted from 1. */
  readonly line: number;
  readonly kind: "wanted" | "stale";
  /** The names that are taken out, in lower case. */
  readonly names: readonly string[];
  readonly before: string;
  /** Undefined when nothing of the line is left. */
  readonly after: string | undefined;
}

interface Adopted {
  readonly text: string;
  readonly edits: readonly LineEdit[];
}

/** A name with the blanks before it. */
const nameWithBlanks = /[ \t\v\f\r]+[^ \t\v\f\r]+/g;

/**
 * Takes names out of lines of a hosts file. Of a line that defines other names too only the name goes, with the blanks
 * before it; a comment stays, on a line of its own when no name is left.
 *
 * @param text - lines of the user's, bytes read as latin1
 * @param linesBefore - number of lines of the file before them
 */
export function takeOut(text: string, adoptable: Adoptable, linesBefore = 0): Adopted {
  const edits: LineEdit[] = [];
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const kept = lines.map((whole, index) => {
    const before = withoutLineEnd(whole);
    const edit = editLine(before, adoptable);
    if (edit === undefined) return whole;
    edits.push({ line: linesBefore + index + 1, before, ...edit });
    return edit.after === undefined ? "" : edit.after + whole.slice(before.length);
  });
  return { text: kept.join(""), edits };
}

function editLine(line: string, { isWanted, isStale }: Adoptable): Omit<LineEdit, "line" | "before"> | undefined {
  const definition = readDefinition(line);
  if (definition === undefined) return undefined;
  const names = definition.names.map((name) => name.toLowerCase());
  const [only = ""] = names;
  if (isStale(only) && line === `${definition.address} ${definition.names[0]}`) {
    return { kind: "stale", names, after: undefined };
  }
  const wanted = names.filter(isWanted);
  if (wanted.length === 0) return undefined;
  const [defining, comment] = splitComment(line);
  const isTaken = (word: string): boolean => isWanted(word.trim().toLowerCase());
  const left = defining.replaceAll(nameWithBlanks, (word) => (isTaken(word) ? "" : word)) + comment;
  const after = wanted.length < names.length ? left : comment;
  return { kind: "wanted", names: [...new Set(wanted)], after: after === "" ? undefined : after };
}

function splitComment(line: string): readonly [string, string] {
  const start = line.indexOf("#");
  return start === -1 ? [line, ""] : [line.slice(0, start), line.slice(start)];
}
