/** Proves that nothing but safe lines is rendered, and that comparing two blocks finds exactly what came and went. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBodies, renderBody, splitBody } from "./body.ts";

const toBody = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

describe("rendering", () => {
  test("one line for each address of a name, in order", () => {
    const entries = [
      { name: "a.test", addresses: ["10.0.0.1", "fd00::1"] },
      { name: "b.test", addresses: ["10.0.0.1"] },
    ];
    expect(renderBody(entries)).toBe("10.0.0.1 a.test\nfd00::1 a.test\n10.0.0.1 b.test\n");
  });

  test.each([
    "x.test\n6.6.6.6 bank.example",
    "x.test 6.6.6.6",
    "x.test\r",
    "x.test # comment",
    "x.test\u2028",
    "X.test",
    "",
    "*.test",
    "# END hostsfile-server",
  ])("%j makes no line", (name) => {
    const good = { name: "a.test", addresses: ["10.0.0.1"] };
    expect(renderBody([{ name, addresses: ["10.0.0.1"] }, good])).toBe("10.0.0.1 a.test\n");
    expect(renderBody([good, { name: "b.test", addresses: [name] }])).toBe("10.0.0.1 a.test\n");
  });

  test("whatever the names and addresses are, every line is one address and one name", () => {
    const entry = fc.record({
      name: fc.string(),
      addresses: fc.array(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        for (const line of splitBody(renderBody(entries))) expect(line).toMatch(/^[0-9a-f.:]+ [a-z0-9.-]+$/);
      }),
    );
  });
});

describe("comparing", () => {
  const line = fc
    .integer({ min: 0, max: 12 })
    .map((number) => `10.0.0.1 ${"n".repeat(1 + (number % 3))}${number}.test`);
  const lines = fc.uniqueArray(line).map((list) => list.toSorted());

  test("finds what came and what went, as comparing line by line does", () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        expect(compareBodies(toBody(before), toBody(after))).toEqual({
          added: after.filter((one) => !before.includes(one)),
          removed: before.filter((one) => !after.includes(one)),
        });
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    [["10.0.0.1 a", "10.0.0.1 aa"], ["10.0.0.1 aa"], [], ["10.0.0.1 a"]],
    [["10.0.0.1 ab"], ["10.0.0.1 b"], ["10.0.0.1 b"], ["10.0.0.1 ab"]],
    [["1.0.0.1 b", "10.0.0.1 b"], ["10.0.0.1 b"], [], ["1.0.0.1 b"]],
    [[], ["10.0.0.1 a"], ["10.0.0.1 a"], []],
  ])("%j to %j", (before, after, added, removed) => {
    expect(compareBodies(toBody(before), toBody(after))).toEqual({ added, removed });
  });
});
