/** Takes a hosts file apart into the user's text before and behind the managed block, and decides which lines are ours. */
import type { Position } from "../../../records/position.ts";
import type { Adoption } from "./adoption.ts";
import { type HostEntry, renderBody, splitBody } from "./body.ts";
import { isDigestOf } from "./digest.ts";
import { type BlockNote, type Marker, findMarkers, withoutLineEnd } from "./marker.ts";

export interface RenderInput {
  /** The whole file. */
  readonly text: string;
  readonly wanted: readonly HostEntry[];
  /** The body of the block that this process wrote last; undefined when it has not written yet. */
  readonly written?: string | undefined;
  /** How far the store has come that the wanted entries are from; undefined when they are from none. */
  readonly position?: Position | undefined;
  /** Names that the user gives to the block with this rendering. */
  readonly adoption?: Adoption | undefined;
  /** Does what {@link renderBody} does; one that remembers saves time when a view follows another. */
  readonly render?: typeof renderBody;
}

export type Segment = "head" | "tail";

/** The user's text on both sides of the block, or of where it will be. */
export interface Dissection {
  readonly kind: "decided";
  readonly head: string;
  readonly tail: string;
  /** Digest of the line at the end of `head` whose line end we added; undefined when it has its own. */
  readonly endedLine: string | undefined;
  /** Our lines as they stood, each with its line end. */
  readonly shown: string;
  /** What the block says of the store that they are from, if it is whole. */
  readonly position?: Position | undefined;
  /** Foreign lines that stood between the markers; `index` counts lines of `head` from 0. */
  readonly moved: readonly { readonly index: number; readonly text: string }[];
  /** Numbers of the marker lines of a damaged block, counted from 1. */
  readonly damage: readonly number[];
}

interface Undecidable {
  readonly kind: "undecidable";
  readonly markers: readonly number[];
  readonly lines: readonly number[];
}

type BeginMarker = Extract<Marker, { kind: "begin" }>;

/** What we could have rendered. Only beside damaged markers, and without memory, does this shape raise a doubt. */
const looksLikeOurs = /^[0-9a-f.:]+ [a-z0-9.-]+$/;

/**
 * Takes the text apart.
 *
 * Between well-formed markers every line is ours if the lines are those that the begin marker vouches for; else only
 * those that were or are to be rendered, and the others move before the block. Beside a damaged block (a marker is
 * missing, doubled or nested) nothing else moves: ours are the marker lines and every line that was or is to be
 * rendered. A line there which merely looks like ours cannot be decided when this process has not written the file yet.
 */
export function dissect(input: RenderInput): Dissection | Undecidable {
  const { text, written } = input;
  const markers = findMarkers(text);
  const [begin, end] = markers;
  if (markers.length === 2 && begin?.kind === "begin" && end?.kind === "end") return readBlock(input, begin, end);
  if (markers.length > 0) return readDamaged(input, markers);
  const bare = written === undefined || written === "" ? -1 : `\n${text}`.indexOf(`\n${written}`);
  return written === undefined || bare === -1 ? withoutBlock(text) : readBare(text, bare, written);
}

function withoutBlock(text: string): Dissection {
  return { kind: "decided", head: text, tail: "", endedLine: undefined, shown: "", moved: [], damage: [] };
}

/** Both markers are gone, but between them stood exactly these lines a moment ago. */
function readBare(text: string, start: number, written: string): Dissection {
  const head = text.slice(0, start);
  const damage = [countLineFeeds(head) + 1];
  return { ...withoutBlock(head), tail: text.slice(start + written.length), shown: written, damage };
}

function readBlock(input: RenderInput, begin: BeginMarker, end: Marker): Dissection {
  const { text, written } = input;
  const head = text.slice(0, begin.start);
  const tail = text.slice(end.end);
  const found = text.slice(begin.end, end.start);
  const unixFound = found.includes("\r") ? found.replaceAll("\r\n", "\n") : found;
  if (found === written || isDigestOf(begin.body, unixFound)) {
    return { ...withoutBlock(head), tail, endedLine: endedBy(head, begin), shown: unixFound, position: begin.position };
  }
  const lines = splitLines(found);
  const known = knownLines(input);
  const isOurs = (line: string): boolean => known.has(withoutLineEnd(line));
  const foreign = lines.filter((line) => !isOurs(line));
  const index = countLineFeeds(head);
  return {
    ...withoutBlock(head + foreign.join("")),
    tail,
    endedLine: foreign.length === 0 ? endedBy(head, begin) : undefined,
    shown: joinBody(lines.filter(isOurs)),
    moved: foreign.map((line, offset) => ({ index: index + offset, text: withoutLineEnd(line) })),
  };
}

/** The memory of an added line end, if the line that it was added to is still there. */
function endedBy(head: string, { endedLine }: BlockNote): string | undefined {
  if (endedLine === undefined || !head.endsWith("\n")) return undefined;
  const line = head.slice(head.lastIndexOf("\n", head.length - 2) + 1, -1);
  return line !== "" && isDigestOf(endedLine, line) ? endedLine : undefined;
}

function readDamaged(input: RenderInput, markers: readonly Marker[]): Dissection | Undecidable {
  const lines = splitLines(input.text);
  const marked = markLines(lines, markers);
  const known = knownLines(input);
  const vouched = vouchedLines(input.text, lines, markers);
  const [first, last] = damagedSpan(marked);
  const isOurs = (line: string, index: number): boolean =>
    index >= first && index <= last && (vouched.has(index) || known.has(withoutLineEnd(line)));
  const doubtful = input.written === undefined ? doubtfulLines(lines, marked, isOurs) : [];
  const damage = [...marked.keys()].map((index) => index + 1);
  if (doubtful.length > 0) return { kind: "undecidable", markers: damage, lines: doubtful.map((index) => index + 1) };
  const [place = 0] = marked.keys();
  const isUsers = (line: string, index: number): boolean => !marked.has(index) && !isOurs(line, index);
  const head = lines.filter((line, index) => index < place && isUsers(line, index)).join("");
  const marker = marked.get(place);
  return {
    ...withoutBlock(head),
    tail: lines.filter((line, index) => index > place && isUsers(line, index)).join(""),
    endedLine: marker?.kind === "begin" ? endedBy(head, marker) : undefined,
    shown: joinBody(lines.filter((line, index) => !marked.has(index) && isOurs(line, index))),
    damage,
  };
}

/** The markers by the index of their line. */
function markLines(lines: readonly string[], markers: readonly Marker[]): ReadonlyMap<number, Marker> {
  const byOffset = new Map(markers.map((marker) => [marker.start, marker]));
  const marked = new Map<number, Marker>();
  let offset = 0;
  for (const [index, line] of lines.entries()) {
    const marker = byOffset.get(offset);
    if (marker !== undefined) marked.set(index, marker);
    offset += line.length;
  }
  return marked;
}

/** The lines of pairs of markers whose text is what we wrote, as when a whole block was pasted twice. */
function vouchedLines(text: string, lines: readonly string[], markers: readonly Marker[]): ReadonlySet<number> {
  const vouched = new Set<number>();
  const marked = [...markLines(lines, markers)];
  for (const [position, [index, begin]] of marked.entries()) {
    const [endIndex, end] = marked[position + 1] ?? [];
    if (begin.kind !== "begin" || endIndex === undefined || end?.kind !== "end") continue;
    if (!isDigestOf(begin.body, text.slice(begin.end, end.start).replaceAll("\r\n", "\n"))) continue;
    for (let line = index + 1; line < endIndex; line += 1) vouched.add(line);
  }
  return vouched;
}

/** Where our lines may be: from the first to the last marker, and on to the end of the file where one is missing. */
function damagedSpan(marked: ReadonlyMap<number, Marker>): readonly [number, number] {
  const all = [...marked];
  const [first, firstMarker] = all.at(0) ?? [0, undefined];
  const [last, lastMarker] = all.at(-1) ?? [0, undefined];
  return [firstMarker?.kind === "end" ? 0 : first, lastMarker?.kind === "begin" ? Infinity : last];
}

/** Lines that run on from a marker where a block would be, look like ours, and are not known. */
function doubtfulLines(
  lines: readonly string[],
  marked: ReadonlyMap<number, Marker>,
  isOurs: (line: string, index: number) => boolean,
): readonly number[] {
  const doubtful = new Set<number>();
  for (const [index, { kind }] of marked) {
    const step = kind === "begin" ? 1 : -1;
    for (let at = index + step; !marked.has(at); at += step) {
      const line = lines[at];
      if (line === undefined || !looksLikeOurs.test(withoutLineEnd(line))) break;
      if (!isOurs(line, at)) doubtful.add(at);
    }
  }
  return [...doubtful].toSorted((left, right) => left - right);
}

function knownLines({ wanted, written }: RenderInput): ReadonlySet<string> {
  return new Set([...splitBody(renderBody(wanted)), ...splitBody(written ?? "")]);
}

function joinBody(lines: readonly string[]): string {
  return lines.map((line) => `${withoutLineEnd(line)}\n`).join("");
}

/** The lines of a text with their line ends; together they are the text. */
function splitLines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

export function countLineFeeds(text: string): number {
  return text.split("\n").length - 1;
}
