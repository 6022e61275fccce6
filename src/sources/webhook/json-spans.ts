/** Finds the values in a JSON text without parsing all of it, so that a large body is read value by value, in steps. */
import type { Steps } from "../../base/steps.ts";

/** The place of a value in a text. */
export interface Span {
  readonly start: number;
  /** Behind its last character. */
  readonly end: number;
}

/** The text is not JSON (RFC 8259). */
export class NotJSONError extends Error {
  override readonly name = "NotJSONError";
}

/** Characters between two pauses. */
const charactersPerStep = 1 << 16;

/** Values of a list between two pauses. */
const valuesPerStep = 16;

/** The length in characters above which nobody looks for a key, even if each of its characters is escaped. */
const longestKey = 100;

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];
const blanks: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * Parses a value.
 *
 * @throws NotJSONError
 */
export function parseSpan(text: string, { start, end }: Span): unknown {
  try {
    return JSON.parse(text.slice(start, end));
  } catch (error) {
    throw new NotJSONError("not JSON", { cause: error });
  }
}

/**
 * Parses consecutive values of a list.
 *
 * @throws NotJSONError
 */
export function parseSpans(text: string, spans: readonly Span[]): readonly unknown[] {
  const [first, last] = [spans[0], spans.at(-1)];
  if (first === undefined || last === undefined) return [];
  try {
    return JSON.parse(`[${text.slice(first.start, last.end)}]`) as readonly unknown[];
  } catch (error) {
    throw new NotJSONError("not JSON", { cause: error });
  }
}

/** What is done with each value of a list; may go on in steps. */
export type TakeValue = (value: Span) => Steps<void> | undefined;

/**
 * Finds the values of a list, one after the other.
 *
 * @param list - its place in the text
 * @param take - called with each
 * @throws NotJSONError when it is not a list
 */
export function* eachValue(text: string, list: Span, take: TakeValue): Steps<void> {
  const end = yield* eachValueFrom(text, list.start, take);
  if (end !== list.end) throw new NotJSONError("the list has another end");
}

/**
 * Does the same with a list that is all there is in a text, without looking for its end first.
 *
 * @throws NotJSONError when it is not a list, or something follows
 */
export function* eachValueOfAll(text: string, take: TakeValue): Steps<void> {
  const end = yield* eachValueFrom(text, skipBlanks(text, 0), take);
  if (skipBlanks(text, end) !== text.length) throw new NotJSONError("something follows the value");
}

/** Returns where the list ends. */
function* eachValueFrom(text: string, start: number, take: TakeValue): Steps<number> {
  if (text.charCodeAt(start) !== openBracket) throw new NotJSONError("no list");
  let at = skipBlanks(text, start + 1);
  if (text.charCodeAt(at) === closeBracket) return at + 1;
  for (let count = 1; ; count += 1) {
    const value = spanAt(text, at) ?? (yield* spanFrom(text, at));
    const more = take(value);
    if (more !== undefined) yield* more;
    if (count % valuesPerStep === 0) yield;
    at = skipBlanks(text, value.end);
    const code = text.charCodeAt(at);
    if (code === closeBracket) return at + 1;
    if (code !== comma) throw new NotJSONError("a comma is missing");
    at = skipBlanks(text, at + 1);
  }
}

/** Gives a key the name under which its value is returned; undefined for one that nobody wants. */
type WantedKey = (key: string) => string | undefined;

/**
 * Finds some of the values of an object; of two with one key the last counts.
 *
 * @throws NotJSONError when it is not an object
 */
export function* findMembers(text: string, object: Span, wanted: WantedKey): Steps<ReadonlyMap<string, Span>> {
  const found = new Map<string, Span>();
  const end = yield* findMembersFrom(text, object.start, { wanted, found });
  if (end !== object.end) throw new NotJSONError("the object has another end");
  return found;
}

/**
 * Does the same with an object that is all there is in a text, without looking for its end first.
 *
 * @throws NotJSONError when it is not an object, or something follows
 */
export function* findMembersOfAll(text: string, wanted: WantedKey): Steps<ReadonlyMap<string, Span>> {
  const found = new Map<string, Span>();
  const end = yield* findMembersFrom(text, skipBlanks(text, 0), { wanted, found });
  if (skipBlanks(text, end) !== text.length) throw new NotJSONError("something follows the value");
  return found;
}

/** Returns where the object ends. */
function* findMembersFrom(
  text: string,
  start: number,
  { wanted, found }: { readonly wanted: WantedKey; readonly found: Map<string, Span> },
): Steps<number> {
  if (text.charCodeAt(start) !== openBrace) throw new NotJSONError("no object");
  let at = skipBlanks(text, start + 1);
  if (text.charCodeAt(at) === closeBrace) return at + 1;
  for (let count = 1; ; count += 1) {
    if (text.charCodeAt(at) !== quote) throw new NotJSONError("a key is missing");
    const key = yield* spanFrom(text, at);
    const colon = skipBlanks(text, key.end);
    if (text[colon] !== ":") throw new NotJSONError("a colon is missing");
    const value = yield* spanFrom(text, skipBlanks(text, colon + 1));
    const name = key.end - key.start > longestKey ? undefined : wanted(String(parseSpan(text, key)));
    if (name !== undefined) found.set(name, value);
    if (count % valuesPerStep === 0) yield;
    at = skipBlanks(text, value.end);
    const code = text.charCodeAt(at);
    if (code === closeBrace) return at + 1;
    if (code !== comma) throw new NotJSONError("a comma is missing");
    at = skipBlanks(text, at + 1);
  }
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (blanks.has(text.charCodeAt(at))) at += 1;
  return at;
}

interface Progress {
  at: number;
  depth: number;
  isInText: boolean;
}

/** Most values end within the first step, and then there is no pause. */
function* spanFrom(text: string, start: number): Steps<Span> {
  const progress: Progress = { at: start, depth: 0, isInText: false };
  while (!advance(text, progress)) yield;
  return spanOf(text, start, progress);
}

/** Does the same for a value that ends within the first step; undefined for others. */
function spanAt(text: string, start: number): Span | undefined {
  const progress: Progress = { at: start, depth: 0, isInText: false };
  return advance(text, progress) ? spanOf(text, start, progress) : undefined;
}

function spanOf(text: string, start: number, { at: end }: Progress): Span {
  if (end === start || end > text.length) throw new NotJSONError("a value is missing");
  return { start, end };
}

/** Goes on for a step; true at the end of the value. The parser checks the kinds of brackets and what is between them. */
function advance(text: string, progress: Progress): boolean {
  let { at, depth, isInText } = progress;
  const pause = Math.min(at + charactersPerStep, text.length);
  let isDone = false;
  while (at < pause && !isDone) {
    const code = text.charCodeAt(at);
    at += 1;
    if (isInText) {
      if (code === backslash) at += 1;
      else if (code === quote) [isInText, isDone] = [false, depth === 0];
    } else if (code === quote) {
      const end = endOfShortText(text, at);
      if (end === undefined) isInText = true;
      else [at, isDone] = [end, depth === 0];
    } else if (code === openBracket || code === openBrace) depth += 1;
    else if (code === closeBracket || code === closeBrace) {
      depth -= 1;
      isDone = depth <= 0;
      // It closes the list or object around the value.
      if (depth < 0) at -= 1;
    } else if (depth === 0 && (code === comma || code === 0x3a || blanks.has(code))) {
      at -= 1;
      isDone = true;
    }
  }
  progress.at = at;
  progress.depth = depth;
  progress.isInText = isInText;
  if (isDone) return true;
  if (at < text.length) return false;
  if (depth > 0 || isInText) throw new NotJSONError("a value has no end");
  return true;
}

/** Characters of a text that is passed over at once, which is quicker than character by character. */
const shortText = 1024;

/** Returns the place behind the quote that ends the text which begins here, if it is near and certainly not escaped. */
function endOfShortText(text: string, start: number): number | undefined {
  const end = text.indexOf('"', start);
  const isEnd = end !== -1 && end - start < shortText && text.charCodeAt(end - 1) !== backslash;
  return isEnd ? end + 1 : undefined;
}
