/** Proves that taking names out leaves every other byte, whatever the user's lines look like. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Adoptable, takeOut } from "./adoption.ts";
import { readUserNames } from "./user-line.ts";

const adoptable: Adoptable = {
  isWanted: (name) => ["a.dtk.io", "b.dtk.io"].includes(name),
  isStale: (name) => name === "old.dtk.io",
};

const taken = (text: string): string => takeOut(text, adoptable).text;

describe("a line", () => {
  test.each([
    ["of the predecessor goes with its line end", "192.168.122.2 a.dtk.io\n", ""],
    [
      "goes from the end without a line end, and the line before keeps its own",
      "1.1.1.1 x\n1.1.1.1 a.dtk.io",
      "1.1.1.1 x\n",
    ],
    ["with CRLF goes whole", "1.1.1.1 x\r\n1.1.1.1 a.dtk.io\r\n", "1.1.1.1 x\r\n"],
    [
      "keeps its other names, with their spacing",
      "1.1.1.1\ta.dtk.io  nas\tb.dtk.io\tlast\r\n",
      "1.1.1.1  nas\tlast\r\n",
    ],
    ["keeps its comment", "1.1.1.1 nas a.dtk.io # mine: a.dtk.io\n", "1.1.1.1 nas # mine: a.dtk.io\n"],
    ["keeps its comment alone, when no name is left", "1.1.1.1 a.dtk.io # mine\r\n", "# mine\r\n"],
    ["keeps a comment that is glued to a name", "1.1.1.1 a.dtk.io#mine", "#mine"],
    ["is read in any case, and with blanks before it", "  1.1.1.1 A.dtk.IO\n", ""],
    ["of IPv6 goes too", "fd00::1 a.dtk.io\n127.1 b.dtk.io\n", ""],
    ["in a comment stays", "# 1.1.1.1 a.dtk.io\n", "# 1.1.1.1 a.dtk.io\n"],
    [
      "behind a byte order mark defines nothing, and stays",
      "\xef\xbb\xbf1.1.1.1 a.dtk.io\n",
      "\xef\xbb\xbf1.1.1.1 a.dtk.io\n",
    ],
    ["with names like a wanted one stays", "1.1.1.1 xa.dtk.io a.dtk.io.x\n", "1.1.1.1 xa.dtk.io a.dtk.io.x\n"],
    ["without an address stays", "a.dtk.io a.dtk.io\n", "a.dtk.io a.dtk.io\n"],
    ["that has a name twice loses both", "1.1.1.1 a.dtk.io nas a.dtk.io\n", "1.1.1.1 nas\n"],
  ])("%s", (_, before, after) => {
    expect(taken(before)).toBe(after);
  });

  test.each([
    ["as the predecessor wrote it", "192.168.122.2 old.dtk.io\n", ""],
    ["with a comment, which it never wrote", "192.168.122.2 old.dtk.io # mine\n", undefined],
    ["with a tab", "192.168.122.2\told.dtk.io\n", undefined],
    ["with another name", "192.168.122.2 old.dtk.io nas\n", undefined],
  ])("with a stale name: %s", (_, before, after) => {
    expect(taken(before)).toBe(after ?? before);
  });
});

test("every edit says which line, which names, and what becomes of it", () => {
  const text = "127.0.0.1 localhost\n1.1.1.1 a.dtk.io nas\n1.1.1.1 old.dtk.io\n";
  expect(takeOut(text, adoptable, 10).edits).toEqual([
    { line: 12, kind: "wanted", names: ["a.dtk.io"], before: "1.1.1.1 a.dtk.io nas", after: "1.1.1.1 nas" },
    { line: 13, kind: "stale", names: ["old.dtk.io"], before: "1.1.1.1 old.dtk.io", after: undefined },
  ]);
});

const blank = fc.constantFrom(" ", "\t", "  ", "\r", "\v");
const name = fc.constantFrom("a.dtk.io", "B.dtk.io", "old.dtk.io", "nas", "localhost", "a.dtk.io.x", "caf\xc3\xa9");
const definition = fc
  .tuple(
    fc.constantFrom("", " "),
    fc.constantFrom("127.0.0.1", "fd00::1", "127.1", "junk"),
    fc.array(fc.tuple(blank, name), { maxLength: 4 }),
    fc.constantFrom("", " ", "#x", " # a.dtk.io"),
  )
  .map(([start, address, names, end]) => start + address + names.flat().join("") + end);
const line = fc.oneof(
  definition,
  fc.constantFrom("", "# note", "\xef\xbb\xbf# mark"),
  fc.string({ unit: "binary-ascii" }),
);
const file = fc
  .tuple(fc.array(fc.tuple(line, fc.constantFrom("\n", "\r\n"))), fc.oneof(fc.constant(""), line))
  .map(([lines, last]) => lines.flat().join("") + last);

const definedIn = (text: string): readonly string[] => [...readUserNames(text).keys()];

describe("whatever the file holds", () => {
  test("no wanted name is left, and every other name is", () => {
    fc.assert(
      fc.property(file, (text) => {
        const before = definedIn(text).filter((each) => !adoptable.isWanted(each) && !adoptable.isStale(each));
        const after = definedIn(taken(text)).filter((each) => !adoptable.isStale(each));
        expect(after.toSorted()).toEqual(before.toSorted());
      }),
      { numRuns: 1000 },
    );
  });

  test("what is left is the text with pieces cut out: names with the blanks before them, or whole lines", () => {
    fc.assert(
      fc.property(file, (text) => {
        const { text: after, edits } = takeOut(text, adoptable);
        const touched = new Set(edits.map((edit) => edit.line));
        const whole = text.split("\n");
        const kept = whole.flatMap((each, index) => {
          if (!touched.has(index + 1)) return [each];
          const edit = edits.find((one) => one.line === index + 1);
          return edit?.after === undefined ? [] : [edit.after + each.slice(edit.before.length)];
        });
        // A last line that goes without a line end of its own leaves the one before it ended.
        const isLastGone = edits.at(-1)?.line === whole.length && edits.at(-1)?.after === undefined;
        expect(after).toBe(kept.join("\n") + (isLastGone && kept.length > 0 ? "\n" : ""));
        for (const { before, after: rest = "" } of edits) expect(isSubsequence(rest, before)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test("twice is once, but for a stale name that has become alone on its line", () => {
    fc.assert(
      fc.property(file, (text) => {
        const once = taken(text);
        expect(takeOut(once, { ...adoptable, isStale: () => false })).toEqual({ text: once, edits: [] });
        expect(takeOut(once, adoptable).edits.every(({ kind }) => kind === "stale")).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test("with nothing to take nothing changes", () => {
    fc.assert(
      fc.property(file, (text) => {
        const nothing = { isWanted: () => false, isStale: () => false };
        expect(takeOut(text, nothing)).toEqual({ text, edits: [] });
      }),
    );
  });
});

function isSubsequence(short: string, long: string): boolean {
  let at = 0;
  for (const character of long) if (character === short[at]) at += 1;
  return at === short.length;
}
