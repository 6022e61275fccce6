/** A trouble is data: its command is a field, and text has it behind the words. */
import { expect, test } from "vitest";
import { TroubleError, adviceOf, hintOf, toTrouble } from "./trouble.ts";

const trouble = {
  code: "a-code",
  message: "It is.",
  hint: "Add one:",
  command: "curl -d dtk.io http://localhost:5000",
};

test("an error carries all of a trouble, and gives it back alone", () => {
  expect(toTrouble(new TroubleError(trouble, { exitCode: 1 }))).toStrictEqual(trouble);
});

test("where there is nothing to type there is no field", () => {
  const { command: _, ...words } = trouble;
  expect(toTrouble(new TroubleError(words, { exitCode: 1 }))).toStrictEqual(words);
});

test("the command follows the words", () => {
  expect(adviceOf(trouble)).toBe("Add one: curl -d dtk.io http://localhost:5000");
  expect(adviceOf({ hint: "Make room." })).toBe("Make room.");
});

test("that the server keeps retrying comes before the hint", () => {
  const retried = { ...trouble, isRetried: true };
  expect(hintOf(retried)).toBe("The server keeps retrying. Add one:");
  expect(adviceOf(retried)).toBe("The server keeps retrying. Add one: curl -d dtk.io http://localhost:5000");
  expect(toTrouble(retried)).toStrictEqual(retried);
});

test("only what is data is taken from a trouble", () => {
  expect(toTrouble({ ...trouble, severity: "warning", endsStart: true })).toStrictEqual({
    ...trouble,
    severity: "warning",
  });
});

test("an error carries all of its trouble, and only that", () => {
  const whole = { ...trouble, severity: "warning", isRetried: true } as const;
  expect(toTrouble(new TroubleError({ ...whole, endsStart: true }))).toStrictEqual(whole);
  expect(new TroubleError({ ...whole, endsStart: true })).toMatchObject({ endsStart: true, exitCode: 3 });
});
