/** Only a person at a terminal is asked; a script must have said yes before. */
import { afterEach, expect, test, vi } from "vitest";
import { typing } from "../../test/support/typing.ts";
import { confirm } from "./confirm.ts";

afterEach(() => void vi.restoreAllMocks());

test("what was agreed to beforehand is not asked", async () => {
  expect(await confirm("This removes it.", true)).toBe(true);
});

test.each([false, undefined])("without a terminal it is an error that names --yes (%s)", async (isYes) => {
  await expect(confirm("This removes it.", isYes)).rejects.toMatchObject({
    code: "not-confirmed",
    exitCode: 2,
    message: "This removes it.",
    hint: expect.stringContaining("--yes"),
  });
});

test.each([
  ["y", true],
  ["Yes", true],
  ["  yes  ", true],
  ["n", false],
  ["", false],
  ["yesterday", false],
  ["no, y", false],
])("at a terminal %j means %s", async (line, expected) => {
  const { asked } = typing(line);
  expect(await confirm("This removes it.", undefined)).toBe(expected);
  expect(asked()).toContain("This removes it. Go on? [y/N]");
});
