/** A body that is read value by value is understood just as JSON.parse understands the whole. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { finish } from "../../records/steps.ts";
import { NotJSONError, eachValue, eachValueOfAll, findMembers, findValue, parseSpan } from "./json-spans.ts";

/** Everything in the text, or undefined when it is not JSON. */
function read(text: string): unknown {
  const found = readWith(text, false);
  // A list is read alike whether its end is known before or not.
  if (text.trimStart().startsWith("[")) expect(readWith(text, true)).toEqual(found);
  return found;
}

function readWith(text: string, isAtOnce: boolean): unknown {
  try {
    if (isAtOnce) {
      const values: unknown[] = [];
      finish(
        eachValueOfAll(text, (span) => {
          values.push(parseSpan(text, span));
          return undefined;
        }),
      );
      return values;
    }
    const whole = finish(findValue(text));
    if (text[whole.start] === "[") {
      const values: unknown[] = [];
      finish(
        eachValue(text, whole, (span) => {
          values.push(parseSpan(text, span));
          return undefined;
        }),
      );
      return values;
    }
    if (text[whole.start] !== "{") return parseSpan(text, whole);
    const members = finish(findMembers(text, whole, (key) => key));
    return Object.fromEntries([...members].map(([key, span]) => [key, parseSpan(text, span)]));
  } catch (error) {
    if (error instanceof NotJSONError) return undefined;
    throw error;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const value = fc.jsonValue({ maxDepth: 3 });

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
    const steps = findValue(text);
    let count = 0;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) count += 1;
    expect(step.value).toEqual({ start: 0, end: text.length });
    expect(count).toBeGreaterThan(10);
  }
});
