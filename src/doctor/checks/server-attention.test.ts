/** What the server says of itself is taken over, but for the hosts file, which other checks look at more closely. */
import { expect, test } from "vitest";
import { judgeAttention } from "./server-attention.ts";

const trouble = { code: "a-code", message: "It is.", hint: "Do:", command: "do it" };

test.each([
  { severity: "error", grade: "problem" },
  { severity: "warning", grade: "warning" },
  { severity: "info", grade: "note" },
  { severity: undefined, grade: "problem" },
] as const)("of severity $severity it is a $grade", ({ severity, grade }) => {
  expect(judgeAttention([{ ...trouble, severity }])).toEqual([{ grade, ...trouble }]);
});

test("what is about the hosts file is another check's", () => {
  expect(judgeAttention([{ ...trouble, sink: "hosts-file" }])).toMatchObject([{ grade: "ok" }]);
  expect(judgeAttention([{ ...trouble, sink: "dns" }])).toMatchObject([{ grade: "problem", code: "a-code" }]);
});
