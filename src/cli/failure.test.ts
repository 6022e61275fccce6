/** A failure is a sentence and what to do, JSON where that was asked for, and a stack only for a bug. */
import { expect, test } from "vitest";
import { TroubleError } from "../base/trouble.ts";
import { reportFailure } from "./failure.ts";

const full = new TroubleError(
  { code: "disk-full", message: "The disk is full.", hint: "Make room:", command: "df -h" },
  { exitCode: 3 },
);

function report(error: unknown, json = false) {
  const [talk, answer]: [string[], string[]] = [[], []];
  const options = {
    command: "the-tool",
    json,
    talk: (text: string) => void talk.push(text),
    answer: (text: string) => void answer.push(text),
  };
  return { exitCode: reportFailure(error, options), talk, answer };
}

test("trouble is one sentence with the way out, and its own exit code", () => {
  expect(report(full)).toEqual({
    exitCode: 3,
    talk: ["the-tool: The disk is full.\n  Make room: df -h"],
    answer: [],
  });
});

test("where the result is wanted as JSON, the trouble is the result and nothing else is printed", () => {
  const { exitCode, talk, answer } = report(full, true);
  expect([exitCode, talk]).toEqual([3, []]);
  expect(JSON.parse(answer.join(""))).toEqual({
    code: "disk-full",
    message: "The disk is full.",
    hint: "Make room:",
    command: "df -h",
  });
});

test.each([
  ["an error", new TypeError("x is not a function"), /TypeError: x is not a function\n +at /],
  ["an error without a stack", Object.assign(new Error("bare"), { stack: undefined }), /^bare$/],
  ["what is not an error", "thrown text", /^thrown text$/],
])("%s is a bug: asked to be reported with its details, exit 70, as text even with --json", (_, error, details) => {
  for (const json of [false, true]) {
    const { exitCode, talk, answer } = report(error, json);
    expect([exitCode, answer]).toEqual([70, []]);
    expect(talk[0]).toBe("the-tool: this is a bug, please report it with the lines below.");
    expect(talk[1]).toMatch(details);
  }
});
