/** Text on a terminal: whole words, whole commands, colours where they are wanted. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { terminalOf, wrap } from "./terminal.ts";

const indent = { first: "- ", others: "    " };

describe("lines", () => {
  test("break at words and hang", () => {
    expect(wrap("one two three four", 12, indent)).toEqual(["- one two", "    three", "    four"]);
  });

  test("hold a command in backquotes whole, with the sign behind it, however long it is", () => {
    expect(wrap("Look (`df -h /a; mount`), then wait.", 16, indent)).toEqual([
      "- Look",
      "    (`df -h /a; mount`),",
      "    then wait.",
    ]);
  });

  test("are one where there is no width", () => {
    expect(wrap("one  two\nthree", Number.POSITIVE_INFINITY, indent)).toEqual(["- one two\\u000athree"]);
    expect(wrap("", 10, indent)).toEqual(["- "]);
  });

  test("never carry what drives a terminal", () => {
    expect(wrap("\u001B]0;owned\u0007 \u202Egnp\tx", 80, indent)).toEqual(["- \\u001b]0;owned\\u0007 \\u202egnp x"]);
  });

  test("hold every word in order, and are too wide only when one word is", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z-]{1,15}$/)), fc.integer({ min: 8, max: 40 }), (words, width) => {
        const lines = wrap(words.join(" "), width, indent);
        expect(lines.join(" ").slice(2).split(/ +/)).toEqual(words.length === 0 ? [""] : words);
        for (const line of lines.filter(({ length }) => length > width)) {
          expect(line.trim().replace(/^- /, "")).not.toContain(" ");
        }
      }),
    );
  });
});

test("a terminal has its width, and a file has none", () => {
  const stream = (facts: object) => ({ isTTY: true, columns: 80, ...facts }) as NodeJS.WriteStream;
  expect(terminalOf(stream({ columns: 72 })).width).toBe(72);
  expect(terminalOf(stream({ columns: 0 })).width).toBe(Number.POSITIVE_INFINITY);
  expect(terminalOf(stream({ isTTY: false })).width).toBe(Number.POSITIVE_INFINITY);
});
