/** One frame of what is live on a terminal, and the second screen that it is drawn on. */
import { EventEmitter } from "node:events";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openScreen, renderFrame } from "./screen.ts";

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

test("the second screen is entered, drawn anew when the window or the first screen comes back, and left at the end", () => {
  const written: string[] = [];
  const stream = Object.assign(new EventEmitter(), {
    rows: 10,
    columns: 40,
    write: (text: string) => written.push(text) > 0,
  });
  const events = ["exit", "SIGTSTP", "SIGCONT"] as const;
  const before = events.map((event) => process.listeners(event as "exit"));
  let redrawn = 0;
  const screen = openScreen(stream as unknown as NodeJS.WriteStream, () => (redrawn += 1));
  const added = events.map((event, index) =>
    process.listeners(event as "exit").filter((each) => before[index]?.includes(each) === false),
  );
  try {
    expect(written).toEqual(["\u001B[?1049h\u001B[?25l"]);
    screen.draw({ lines: ["one"], footer: ["two"] });
    expect(visible(written.at(-1) ?? "")).toEqual(["one", "two"]);
    stream.emit("resize");
    expect(redrawn).toBe(1);
    for (const listener of added[2] ?? []) listener(0);
    expect([redrawn, written.at(-1)]).toEqual([2, "\u001B[?1049h\u001B[?25l"]);
    for (const listener of added[0] ?? []) listener(0);
    expect(written.at(-1)).toBe("\u001B[?25h\u001B[?1049l");
  } finally {
    for (const [index, event] of events.entries()) {
      for (const listener of added[index] ?? []) process.off(event, listener);
    }
  }
});

test("whatever is drawn, it has no more rows than the window, and the footer comes first", () => {
  const texts = fc.array(
    fc.integer({ min: 0, max: 100 }).map((width) => "x".repeat(width)),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(
      texts,
      texts,
      fc.integer({ min: 2, max: 12 }),
      fc.integer({ min: 35, max: 80 }),
      (lines, below, rows, columns) => {
        const drawn = visible(renderFrame({ lines, footer: below }, { rows, columns }));
        const used = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0);
        expect(used).toBeLessThanOrEqual(Math.max(rows, 1));
        const hidden = drawn.find((line) => line.startsWith("…"));
        if (hidden === undefined && lines.length + below.length > 0) expect(drawn).toEqual([...lines, ...below]);
      },
    ),
  );
});
