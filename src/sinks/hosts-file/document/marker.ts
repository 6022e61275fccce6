/** The two lines that enclose the managed block: how they look, what the first remembers, and where they are in a text. */

import type { Position } from "../../../records/position.ts";

/** What people read of the first line; blocks with another text would no longer be found. */
const beginText = "# BEGIN hostsfile-server (managed block, write your own lines outside it)";
const endText = "# END hostsfile-server";

/** What each marker line begins with. */
export const markerStarts: readonly string[] = [beginText, endText];
const notePattern =
  /^ lines=([0-9a-f]{16})(?: state=([0-9a-f]{16})\/(\d{1,15}))?(?: line-end-added-after=([0-9a-f]{16}))?$/;

/** What the begin marker remembers. */
export interface BlockNote {
  /** Digest of the lines between the markers as we wrote them. */
  readonly body: string;
  /** Digest of the user's last line, if we had to end it. */
  readonly endedLine: string | undefined;
  /** How far the store had come that the lines are from; undefined in blocks of 0.1.0. */
  readonly position?: Position | undefined;
}

/** A marker line in a text; `start` and `end` are offsets, `end` lies behind the line end. */
export type Marker = { readonly start: number; readonly end: number } & (
  | ({ readonly kind: "begin" } & BlockNote)
  | { readonly kind: "end" }
);

/** The begin marker as a line without line end. */
export function renderBegin({ body, endedLine, position }: BlockNote): string {
  const state = position === undefined ? "" : ` state=${position.id}/${position.generation}`;
  const memory = endedLine === undefined ? "" : ` line-end-added-after=${endedLine}`;
  return `${beginText} lines=${body}${state}${memory}`;
}

/** The end marker as a line without line end. */
export const endMarker = endText;

/**
 * Finds every marker in a text, in their order. Only a whole line counts; a carriage return before
 * the line feed is tolerated, because editors convert line ends.
 */
export function findMarkers(text: string): readonly Marker[] {
  return markerStarts
    .flatMap((start) => [...findLines(text, start)])
    .toSorted((left, right) => left.start - right.start);
}

function* findLines(text: string, first: string): Generator<Marker> {
  for (let start = text.indexOf(first); start !== -1; start = text.indexOf(first, start + first.length)) {
    if (start > 0 && text[start - 1] !== "\n") continue;
    const lineFeed = text.indexOf("\n", start);
    const end = lineFeed === -1 ? text.length : lineFeed + 1;
    const marker = readMarker(withoutLineEnd(text.slice(start, end)));
    if (marker !== undefined) yield { start, end, ...marker };
  }
}

function readMarker(line: string): ({ kind: "begin" } & BlockNote) | { kind: "end" } | undefined {
  if (line === endText) return { kind: "end" };
  if (!line.startsWith(beginText)) return undefined;
  const [, body, id, generation, endedLine] = notePattern.exec(line.slice(beginText.length)) ?? [];
  const position = id === undefined ? undefined : { id, generation: Number(generation) };
  return body === undefined ? undefined : { kind: "begin", body, endedLine, position };
}

/** A line without its LF or CRLF, or without the CR that a last line without LF ends in. */
export function withoutLineEnd(line: string): string {
  return line.replace(/\r?\n?$/, "");
}
