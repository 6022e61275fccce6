/**
 * The hosts file as a document: which bytes are the user's, which lines are ours, and what the file must become. Pure,
 * and never loses a byte that is not ours. Texts are bytes read as latin1, which maps every byte to one character.
 */
import { type Position, covers } from "../../../records/position.ts";
import { type Adoptable, type LineEdit, takeOut } from "./adoption.ts";
import { type HostEntry, renderBody } from "./body.ts";
import { digest } from "./digest.ts";
import { type Dissection, type RenderInput, type Segment, countLineFeeds, dissect } from "./dissect.ts";
import { endMarker, renderBegin } from "./marker.ts";
import type { Conflict } from "./refusal.ts";
import { readUserNames } from "./user-line.ts";

/** A line of the user's, counted from 1. */
interface NumberedLine {
  readonly line: number;
  readonly text: string;
}

interface Rendered {
  /** The lines of the block, each with its line end; empty when there is none. */
  readonly body: string;
  /** Our lines as they stood in the text that was read, each with its line end. */
  readonly shown: string;
  /** How far the store had come that the block names; undefined when there is no block, or it names none. */
  readonly position: Position | undefined;
  /** Everything outside the block, as the user has it. */
  readonly userPart: string;
  readonly conflicts: readonly Conflict[];
  /** Foreign lines that were between the markers, and where they are now. */
  readonly moved: readonly NumberedLine[];
  /** Line numbers of the markers in the text that was read, when the block was damaged; else empty. */
  readonly damage: readonly number[];
  /** What was done to the user's lines; undefined when it was not asked for, or for another text than this. */
  readonly adopted: readonly LineEdit[] | undefined;
}

export type Rendering =
  | ({ readonly kind: "unchanged" } & Rendered)
  | ({ readonly kind: "changed"; readonly text: string } & Rendered)
  /** Nothing may be written: these lines may be ours or the user's. Line numbers count from 1. */
  | { readonly kind: "undecidable"; readonly markers: readonly number[]; readonly lines: readonly number[] };

/**
 * Works out what the hosts file must become.
 *
 * - The block stays where it is; a new one goes to the end; with nothing to show there is none.
 * - A name that the user's own lines define is not shown, not even for the address family that they leave out.
 * - If the user's last line has no line end, one is added and remembered in the begin marker. It is taken back with the
 *   block, if that very line is still before it and nothing follows.
 * - {@link dissect} says what counts as ours.
 */
export function renderHostsFile(input: RenderInput): Rendering {
  const found = dissect(input);
  if (found.kind === "undecidable") return found;
  const { parts, edits } = adopt(found, input);
  const names = { head: readUserNames(parts.head), tail: readUserNames(parts.tail) };
  const { render = renderBody } = input;
  const isTaken = ({ name }: HostEntry): boolean => names.head.has(name) || names.tail.has(name);
  const whole = render(input.wanted);
  const taken = mayStandIn(whole, names) ? input.wanted.filter(isTaken) : [];
  const body = taken.length === 0 ? whole : render(input.wanted.filter((entry) => !isTaken(entry)));
  const position = positionOf(parts, body, input.position);
  const start = body === "" ? bareHead(parts) : headOf(parts, body, position) + body + endMarker + "\n";
  const text = start + parts.tail;
  const linesBefore = { head: 0, tail: taken.length === 0 ? 0 : countLines(start) };
  const rendered: Rendered = {
    body,
    shown: parts.shown,
    position: body === "" ? undefined : position,
    userPart: bareHead(parts) + parts.tail,
    conflicts: taken.map(({ name }) => toConflict(name, names, linesBefore)),
    moved: parts.moved.map(({ index, text: moved }) => ({ line: index + 1, text: readable(moved) })),
    damage: parts.damage,
    adopted: edits,
  };
  return text === input.text ? { kind: "unchanged", ...rendered } : { kind: "changed", text, ...rendered };
}

/** The text of a hosts file without the managed block; all of it where that cannot be decided. */
export function userPartOf(text: string): string {
  const parts = dissect({ text, wanted: [] });
  return parts.kind === "undecidable" ? text : bareHead(parts) + parts.tail;
}

/** What could be taken out of the user's lines. */
interface AdoptionPlan {
  /** Digest of the user's part, by which it is known again. */
  readonly userPart: string;
  readonly edits: readonly LineEdit[];
}

/**
 * Looks for lines of the user's that define names which the block could have.
 *
 * @param text - the whole file
 * @returns undefined where it cannot be decided which lines are the user's
 */
export function planAdoption(text: string, adoptable: Adoptable): AdoptionPlan | undefined {
  const parts = dissect({ text, wanted: [] });
  if (parts.kind === "undecidable") return undefined;
  return { userPart: digestOfUserPart(parts), edits: takeOutOfParts(parts, { text, adoptable }).edits };
}

/** Takes the names out, if the user's part is the one that the user was shown. */
function adopt(
  parts: Dissection,
  { text, adoption }: RenderInput,
): { readonly parts: Dissection; readonly edits: readonly LineEdit[] | undefined } {
  if (adoption === undefined || adoption.userPart !== digestOfUserPart(parts)) return { parts, edits: undefined };
  return takeOutOfParts(parts, { text, adoptable: adoption });
}

function takeOutOfParts(
  parts: Dissection,
  { text, adoptable }: { readonly text: string; readonly adoptable: Adoptable },
): { readonly parts: Dissection; readonly edits: readonly LineEdit[] } {
  const bare = bareHead(parts);
  const head = takeOut(bare, adoptable);
  const tail = takeOut(parts.tail, adoptable, countLineFeeds(text.slice(0, text.length - parts.tail.length)));
  // Without its last line end the head is ended and remembered anew; with it, the memory is of a line that must still be there.
  const endedLine = bare === parts.head && head.text === bare ? parts.endedLine : undefined;
  return {
    parts: { ...parts, head: head.text, tail: tail.text, endedLine },
    edits: [...head.edits, ...tail.edits].map((edit) => ({
      ...edit,
      before: readable(edit.before),
      after: edit.after && readable(edit.after),
    })),
  };
}

function digestOfUserPart(parts: Dissection): string {
  return digest(bareHead(parts) + parts.tail);
}

/** The user's text before the block, as it is without the block. */
function bareHead({ head, tail, endedLine }: Dissection): string {
  return tail === "" && endedLine !== undefined ? head.slice(0, -1) : head;
}

/** Lines that stay as they are keep the position at which they were first shown, so that the file need not be written. */
function positionOf(
  { shown, position }: Dissection,
  body: string,
  current: Position | undefined,
): Position | undefined {
  if (body !== shown || position === undefined) return current;
  return current === undefined || covers(current, position) ? position : current;
}

/** The user's text before the block, ended if need be, and the begin marker. */
function headOf({ head, endedLine }: Dissection, body: string, position: Position | undefined): string {
  const unended = head !== "" && !head.endsWith("\n");
  const memory = unended ? digest(head.slice(head.lastIndexOf("\n") + 1)) : endedLine;
  return `${head}${unended ? "\n" : ""}${renderBegin({ body: digest(body), endedLine: memory, position })}\n`;
}

type UserNames = Readonly<Record<Segment, ReturnType<typeof readUserNames>>>;

/** User's names up to which looking for each in the rendered lines is quicker than looking at every entry. */
const fewNames = 16;

function mayStandIn(body: string, { head, tail }: UserNames): boolean {
  if (head.size + tail.size > fewNames) return true;
  return [...head.keys(), ...tail.keys()].some((name) => body.includes(` ${name}\n`));
}

function toConflict(name: string, names: UserNames, linesBefore: Readonly<Record<Segment, number>>): Conflict {
  const segment = names.head.has(name) ? "head" : "tail";
  const { index, text } = names[segment].get(name) ?? { index: 0, text: "" };
  return { name, line: linesBefore[segment] + index + 1, text: readable(text) };
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A user's line as people read it: hosts files are UTF-8 by habit. */
function readable(text: string): string {
  return decoder.decode(Uint8Array.from(text, (character) => character.charCodeAt(0)));
}
