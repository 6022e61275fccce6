/** Nothing hidden reaches a person, and JSON means the same. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { printable, printableJSON, printableLines, shorten } from "./printable.ts";

test.each([
  ["a direction turned", "a\u202egnp.io", "a\\u202egnp.io"],
  ["an isolate", "\u2066x\u2069", "\\u2066x\\u2069"],
  ["a letter without width", "pay\u200bpal", "pay\\u200bpal"],
  ["a joiner", "a\u200db", "a\\u200db"],
  ["a filler", "a\u3164b", "a\\u3164b"],
  ["a tag beyond the first plane", "a\u{e0041}b", "a\\udb40\\udc41b"],
  ["a command to the terminal", "\u001b]0;x\u0007", "\\u001b]0;x\\u0007"],
  ["one of 8 bits", "\u009b2J", "\\u009b2J"],
  ["a line end, and others that some take for one", "a\nb\u2028c", "a\\u000ab\\u2028c"],
  ["half a pair", "\ud800", "\\ud800"],
  ["a tab", "a\tb", "a b"],
  ["letters of any script", "bücher.例え.рф \u{1f600}", "bücher.例え.рф \u{1f600}"],
])("%s", (_, text, shown) => {
  expect(printable(text)).toBe(shown);
});

describe("JSON", () => {
  test("holds the same values and hides nothing", () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.string({ unit: "binary" }),
        fc.constantFrom(undefined, 2),
        (value, text, indent) => {
          const json = printableJSON({ value, text }, indent);
          expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ value, text })));
          expect(json).not.toMatch(
            /[\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\x00-\x09\x0b-\x1f\x7f-\x9f]/u,
          );
        },
      ),
    );
  });
});

test("lines stay lines, and colours stay where they are ours", () => {
  expect(printableLines("a\u202e\nb")).toBe("a\\u202e\nb");
  expect(printableLines("\u001b[31ma\u202e\u001b[0m\n", "\n\u001b")).toBe("\u001b[31ma\\u202e\u001b[0m\n");
});

test("a long text is cut", () => {
  expect([shorten("a".repeat(300)).length, shorten("a".repeat(1e6)).length]).toEqual([300, 300]);
});
