/** Too old a Node is said in one sentence, before anything is loaded that it cannot read. */
import { afterEach, expect, test, vi } from "vitest";
import { isNodeNewEnough } from "./node-version.ts";

const { exitCode } = process;

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = exitCode;
});

function ask(version: string) {
  vi.spyOn(process, "versions", "get").mockReturnValue({ ...process.versions, node: version });
  let said = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => (said += String(text)) !== "");
  return { isEnough: isNodeNewEnough("dtk"), said, code: process.exitCode };
}

test.each(["24.0.0", "24.11.1", "26.3.0", "100.0.0"])("%s will do", (version) => {
  expect(ask(version)).toEqual({ isEnough: true, said: "", code: exitCode });
});

test.each(["18.20.4", "22.21.0", "23.11.1", "9.0.0"])(
  "%s will not: it says which is needed, and the exit is 3",
  (version) => {
    const { isEnough, said, code } = ask(version);
    expect([isEnough, code]).toEqual([false, 3]);
    expect(said).toMatch(new RegExp(`^dtk: needs Node 24 or newer, this is ${version.replaceAll(".", "\\.")}\\.\n`));
  },
);
