/** A body that is read value by value is understood just as JSON.parse understands the whole. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Steps, finish } from "../../base/steps.ts";
import {
  NotJSONError,
  type Span,
  type TakeValue,
  eachValue,
  eachValueOfAll,
  findMembers,
  findMembersOfAll,
  parseSpan,
  parseSpans,
} from "./json-spans.ts";

/** Everything in the text, or undefined when it is not JSON. */
function read(text: string): unknown {
  try {
    if (/^[ \t\r\n]*\[/.test(text)) return valuesOf(text, (take) => eachValueOfAll(text, take));
    if (/^[ \t\r\n]*\{/.test(text)) return membersOf(text, finish(findMembersOfAll(text, eachKey())));
    return parse(text);
  } catch (error) {
    if (error instanceof NotJSONError) return undefined;
    throw error;
  }
}

function readAt(text: string, span: Span): unknown {
  if (text[span.start] === "[") return valuesOf(text, (take) => eachValue(text, span, take));
  if (text[span.start] === "{") return membersOf(text, finish(findMembers(text, span, eachKey())));
  return parseSpan(text, span);
}

function valuesOf(text: string, walk: (take: TakeValue) => Steps<void>): unknown {
  const spans: Span[] = [];
  finish(
    walk((span) => {
      spans.push(span);
      return undefined;
    }),
  );
  const values = spans.map((span) => readAt(text, span));
  expect(parseSpans(text, spans)).toEqual(values);
  return values;
}

/** Numbers the keys, so that each of two values with one key is read. */
function eachKey(): (key: string) => string {
  let count = 0;
  return (key) => `${(count += 1)}:${key}`;
}

function membersOf(text: string, members: ReadonlyMap<string, Span>): unknown {
  return Object.fromEntries([...members].map(([key, span]) => [key.slice(key.indexOf(":") + 1), readAt(text, span)]));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const value = fc.jsonValue({ maxDepth: 3 });

/** Nobody asks for a key that is longer than any they know, so it is passed over. */
const longText = /"(?:[^"\\]|\\.){90,}"/su;

test("any JSON, however it is laid out", () => {
  fc.assert(
    fc.property(value, fc.constantFrom("", " ", "\t", "\r\n"), (any, indent) => {
      const text = `${indent}${JSON.stringify(any, undefined, indent)}${indent}`;
      expect(read(text)).toEqual(JSON.parse(text));
    }),
    { numRuns: 2000 },
  );
});

test("any text that is nearly JSON is refused as JSON.parse refuses it", () => {
  const damage = fc.tuple(
    fc.nat(),
    fc.constantFrom("", ",", "]", "}", "[", "{", '"', ":", " ", "1", "\\", "null"),
    fc.nat(2),
  );
  fc.assert(
    fc.property(value, fc.array(damage, { minLength: 1, maxLength: 3 }), (any, damages) => {
      let text = JSON.stringify(any);
      for (const [place, inserted, dropped] of damages) {
        const at = place % (text.length + 1);
        text = text.slice(0, at) + inserted + text.slice(at + dropped);
      }
      fc.pre(!longText.test(text));
      expect(read(text)).toEqual(parse(text));
    }),
    { numRuns: 5000 },
  );
});

test("a text of many megabytes is passed over in many steps", () => {
  for (const text of [
    `"${'\\"'.repeat(500_000)}"`,
    "[".repeat(500_000) + "]".repeat(500_000),
    `[${"1,".repeat(500_000)}1]`,
  ]) {
    const found: Span[] = [];
    const steps = eachValueOfAll(`[${text}]`, (span) => void found.push(span));
    let count = 0;
    for (let step = steps.next(); step.done !== true; step = steps.next()) count += 1;
    expect(found).toEqual([{ start: 1, end: text.length + 1 }]);
    expect(count).toBeGreaterThan(10);
  }
});
