/** One frame of what is live on a terminal. */
import { expect, test } from "vitest";
import { renderFrame } from "./screen.ts";

const visible = (frame: string): string[] => frame.replaceAll(/\u001B\[[?0-9]*[A-Za-z]/g, "").split("\r\n");

const footer = ["", "needs attention", "Live"];

test("a frame begins at home, ends each line where its text does, and clears what is below", () => {
  expect(renderFrame({ lines: ["one"], footer: ["two"] }, { rows: 10, columns: 80 })).toBe(
    "\u001B[?2026h\u001B[Hone\u001B[K\r\ntwo\u001B[K\u001B[J\u001B[?2026l",
  );
});

test("what is higher than the window is cut with a line that says so, never scrolls, and leaves the footer", () => {
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
  const draw = (rows: number): string[] => visible(renderFrame({ lines, footer }, { rows, columns: 40 }));
  expect(draw(33)).toEqual([...lines, ...footer]);
  expect(draw(24)).toEqual([...lines.slice(0, 20), "… 10 more lines in a taller window", ...footer]);
  expect(draw(2)).toEqual(["… 30 more lines in a taller window", ""]);
});

test("a command that is wider than the window takes as many rows of it as the terminal gives it, colours aside", () => {
  const wide = `\u001B[36m${"x".repeat(81)}\u001B[39m`;
  const draw = (rows: number) => visible(renderFrame({ lines: ["one", "two"], footer: [wide] }, { rows, columns: 40 }));
  expect(draw(5)).toEqual(["one", "two", "x".repeat(81)]);
  expect(draw(4)).toEqual(["… 2 more lines in a taller window", "x".repeat(81)]);
});
