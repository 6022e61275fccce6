/** Only a person at a terminal is asked; a script must have said yes before. */
import { PassThrough } from "node:stream";
import { afterEach, expect, test, vi } from "vitest";
import { confirm } from "./confirm.ts";

afterEach(() => void vi.restoreAllMocks());

/** Puts a terminal in the place of the test's streams, at which somebody types this line. */
function typed(line: string): { readonly asked: () => string } {
  const [input, output] = [new PassThrough(), new PassThrough()];
  vi.spyOn(process, "stdin", "get").mockReturnValue(Object.assign(input, { isTTY: true }) as never);
  vi.spyOn(process, "stderr", "get").mockReturnValue(Object.assign(output, { isTTY: true }) as never);
  let asked = "";
  output.setEncoding("utf8").on("data", (text: string) => (asked += text));
  input.write(`${line}\n`);
  return { asked: () => asked };
}

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
  const { asked } = typed(line);
  expect(await confirm("This removes it.", undefined)).toBe(expected);
  expect(asked()).toContain("This removes it. Go on? [y/N]");
});
