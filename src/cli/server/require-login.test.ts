/** The watcher runs as the user who typed sudo, and root is never taken for one. */
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { requireLogin, watcherName } from "./require-login.ts";

afterEach(() => void vi.unstubAllEnvs());

describe("the user who typed sudo", () => {
  test("is found by the number that sudo says", () => {
    const rows = readFileSync("/etc/passwd", "utf8").split("\n");
    const [name, , number] = rows.map((row) => row.split(":")).find(([, , id]) => Number(id) > 0) ?? [];
    vi.stubEnv("SUDO_UID", number);
    expect(requireLogin("install --watch")).toMatchObject({ name, user: Number(number) });
  });

  test.each([
    ["nobody, as in a shell of root", undefined],
    ["root", "0"],
    ["a number that no user has", "4242424"],
    ["no number", "ann"],
  ])("%s is refused: the command is named, and what to do", (_, number) => {
    vi.stubEnv("SUDO_UID", number);
    expect(() => requireLogin("serve --watch")).toThrow(
      expect.objectContaining({
        code: "no-user-behind-sudo",
        exitCode: 2,
        message: expect.stringMatching(/^serve --watch runs the watcher as the user who typed sudo/),
        hint: expect.stringContaining("with sudo"),
      }) as Error,
    );
  });
});

test.each([
  ["ann", "ann"],
  ["ann.lee@example", "ann.lee@example"],
  ["a/b", "1000"],
  ["", "1000"],
])("the user %j is known to the server as %s", (name, expected) => {
  expect(watcherName({ name, user: 1000 })).toBe(expected);
});
