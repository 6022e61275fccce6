/** The bounds of the page's pieces. */
import { html } from "hono/html";
import { describe, expect, test } from "vitest";
import { clip, enumerate, takeFitting } from "./markup.ts";

test.each([
  ["", ""],
  ["x".repeat(300), "x".repeat(300)],
  ["x".repeat(301), `${"x".repeat(299)}…`],
])("a text is cut at 300 characters (%#)", (text, cut) => {
  expect(clip(text)).toBe(cut);
});

test("a list names the first and counts the rest", () => {
  expect(enumerate([])).toBe("");
  expect(enumerate(["a", "b"])).toBe("a, b");
  expect(enumerate(["a", "b", "c", "d"], 2)).toBe("a, b, 2 more");
});

describe("what fits", () => {
  const pieces = ["a", "é", "<", "d"].map((text) => html`${text}`);

  test("is counted in bytes as they are sent", async () => {
    // One, two, and four for `&lt;`.
    for (const [room, count] of [0, 1, 1, 2, 2, 2, 2, 3, 4].entries()) {
      expect([room, (await takeFitting(pieces, room)).count]).toEqual([room, count]);
    }
  });

  test("is rendered no further than there is room", async () => {
    let rendered = 0;
    const many = Array.from({ length: 1000 }).values();
    const { count } = await takeFitting(
      many.map(() => html`${++rendered}`),
      5,
    );
    expect([count, rendered]).toEqual([5, 6]);
  });
});
