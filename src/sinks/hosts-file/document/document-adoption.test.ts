/** Proves that what the user gives to the block leaves the user's part and comes back in the block, in one rendering. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Adoption, takeOut } from "./adoption.ts";
import { type Rendering, planAdoption, renderHostsFile, userPartOf } from "./document.ts";

type Decided = Exclude<Rendering, { kind: "undecidable" }>;

const wanted = [
  { name: "a.dtk.io", addresses: ["10.0.0.1"] },
  { name: "b.dtk.io", addresses: ["10.0.0.1"] },
];
const adoptable = {
  isWanted: (name: string) => wanted.some((entry) => entry.name === name),
  isStale: (name: string) => name === "old.dtk.io",
};
const shownBlock = "10.0.0.1 a.dtk.io\n10.0.0.1 b.dtk.io\n";

function render(text: string, adoption?: Adoption): Decided & { readonly after: string } {
  const rendering = renderHostsFile({ text, wanted, ...(adoption && { adoption }) });
  if (rendering.kind === "undecidable") throw new Error("undecidable");
  return { ...rendering, after: rendering.kind === "changed" ? rendering.text : text };
}

function agree(text: string): Adoption {
  return { ...adoptable, userPart: planAdoption(text, adoptable)?.userPart ?? "" };
}

/** What the file is when the block goes again. */
function cleared(text: string): string {
  const rendering = renderHostsFile({ text, wanted: [] });
  return rendering.kind === "changed" ? rendering.text : text;
}

describe("the predecessor's file", () => {
  const left = "127.0.0.1 localhost\n# last192.168.122.2 x\n192.168.122.2 a.dtk.io\n192.168.122.2 old.dtk.io";

  test("before: its lines are in the way", () => {
    expect(render(left).conflicts.map(({ name }) => name)).toEqual(["a.dtk.io"]);
    expect(render(left).adopted).toBeUndefined();
  });

  test("after: the block has the names, and the user's part ends as it should", () => {
    const { after, conflicts, adopted, body } = render(left, agree(left));
    expect([conflicts, body]).toEqual([[], shownBlock]);
    expect(adopted?.map(({ line, kind }) => [line, kind])).toEqual([
      [3, "wanted"],
      [4, "stale"],
    ]);
    expect(cleared(after)).toBe("127.0.0.1 localhost\n# last192.168.122.2 x\n");
  });

  test("a line of the tail is counted through the block", () => {
    const text = `${render("127.0.0.1 localhost\n").after}192.168.122.2 a.dtk.io\n`;
    const { conflicts } = render(text);
    expect(planAdoption(text, adoptable)?.edits.map(({ line }) => line)).toEqual([6]);
    expect(text.split("\n")[5]).toBe("192.168.122.2 a.dtk.io");
    expect(conflicts).toHaveLength(1);
  });

  test("of an unended last line only the name goes, and the line end that we added goes with the block", () => {
    const text = render("127.0.0.1 localhost\n1.1.1.1 nas a.dtk.io").after;
    const { after } = render(text, agree(text));
    expect(cleared(after)).toBe("127.0.0.1 localhost\n1.1.1.1 nas");
  });

  test("texts are as people read them", () => {
    const text = Buffer.from("1.1.1.1 a.dtk.io # Büro\n").toString("latin1");
    expect(render(text, agree(text)).adopted).toMatchObject([{ before: "1.1.1.1 a.dtk.io # Büro", after: "# Büro" }]);
  });
});

describe("a user who was shown another file", () => {
  test("changes nothing", () => {
    const text = "1.1.1.1 a.dtk.io\n";
    const { adopted, after } = render(`${text}# new\n`, agree(text));
    expect([adopted, userPartOf(after)]).toEqual([undefined, `${text}# new\n`]);
  });

  test("but what happens to the block alone does not matter", () => {
    const text = "1.1.1.1 a.dtk.io\n";
    expect(render(render(text).after, agree(text)).adopted).toHaveLength(1);
  });
});

test("a damaged block that only a person can decide leads to no plan", () => {
  const text = render("x\n").after.replace(/# BEGIN.*\n/, "");
  expect(planAdoption(text, adoptable)).toBeUndefined();
});

const line = fc.constantFrom(
  "127.0.0.1 localhost",
  "1.1.1.1 a.dtk.io",
  "1.1.1.1\tb.dtk.io nas # mine",
  "1.1.1.1 old.dtk.io",
  "# note",
  "",
  "2.2.2.2 nas",
);
const text = fc
  .tuple(fc.array(fc.tuple(line, fc.constantFrom("\n", "\r\n"))), fc.constantFrom("", "# end", "1.1.1.1 nas a.dtk.io"))
  .map(([lines, last]) => lines.flat().join("") + last);

test("whatever the file holds, the user's part becomes what taking out makes of it, and agreeing twice changes nothing", () => {
  fc.assert(
    fc.property(text, fc.boolean(), (user, hasBlock) => {
      const before = hasBlock ? render(user).after : user;
      const { after, conflicts } = render(before, agree(before));
      const expected = takeOut(user, adoptable).text;
      expect([conflicts, userPartOf(after), cleared(after)]).toEqual([[], expected, expected]);
      expect(after).toContain(shownBlock);
      expect(render(after, agree(after))).toMatchObject({ kind: "unchanged", adopted: [] });
    }),
    { numRuns: 500 },
  );
});
