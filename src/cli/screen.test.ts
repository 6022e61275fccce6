/** One frame of what is live on a terminal. */
import { expect, test } from "vitest";
import { renderFrame } from "./screen.ts";

const visible = (frame: string): string[] => frame.replaceAll(/\u001B\[[?0-9]*[A-Za-z]/g, "").split("\r\n");

test("a frame begins at home, ends each line where its text does, and clears what is below", () => {
  expect(renderFrame(["one", "two"], 10)).toBe("\u001B[?2026h\u001B[Hone\u001B[K\r\ntwo\u001B[K\u001B[J\u001B[?2026l");
});

test("what is higher than the window is cut with a line that says so, and never scrolls", () => {
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
  expect(visible(renderFrame(lines, 30))).toEqual(lines);
  expect(visible(renderFrame(lines, 24))).toEqual([...lines.slice(0, 23), "… 7 more lines in a taller window"]);
});
