/** What changes the system is refused to everyone but root, with the whole line to type. */
import { afterEach, expect, test, vi } from "vitest";
import { requireRoot } from "./require-root.ts";

afterEach(() => vi.restoreAllMocks());

test("root goes on", () => {
  vi.spyOn(process, "geteuid").mockReturnValue(0);
  expect(() => requireRoot("install")).not.toThrow();
});

test("anyone else is told the line that was typed, behind sudo", () => {
  vi.spyOn(process, "geteuid").mockReturnValue(1000);
  const typed = process.argv;
  process.argv = [process.execPath, "/opt/hostsfile-server", "install", "--port=5001"];
  try {
    expect(() => requireRoot("install")).toThrow(
      expect.objectContaining({
        code: "not-root",
        exitCode: 3,
        message: "install changes the system, which only root may.",
        hint: "Run:",
        command: expect.stringMatching(/^sudo .*hostsfile-server install --port=5001$/),
      }) as Error,
    );
  } finally {
    process.argv = typed;
  }
});
