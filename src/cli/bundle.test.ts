/** Proves that the bundle of one command is loaded for that command alone. */
import { expect, test } from "vitest";
import { bundleFor, bundledAlone } from "./bundle.ts";
import { commands } from "./server/commands.ts";

test.each([
  [[], "serve"],
  [["serve"], "serve"],
  [["--cluster-ip=192.168.122.167", "--port=5000", "--domains=dtk.io,mydomain.io"], "serve"],
  [["--cluster-ip", "192.168.122.167", "--port", "5000", "--dry-run"], "serve"],
  [["--help"], "serve"],
  [["status", "--json"], "status"],
  [["--port=5000", "status"], "status"],
  [["help", "status"], "commands"],
  [["--log-format", "json"], "commands"],
])("%j is in the bundle %s", (words, bundle) => {
  expect(bundleFor(words)).toBe(bundle);
});

test.each(commands.map(({ name }) => name).filter((name) => !bundledAlone.includes(name)))(
  "%s is in the bundle of all commands, wherever it is typed",
  (name) => {
    const typed = name.split(" ");
    for (const words of [typed, ["--debug", ...typed, "--json"], ["serve", ...typed], ["status", ...typed]]) {
      expect(bundleFor(words)).toBe("commands");
    }
  },
);

test("each command with a bundle of its own is a command", () => {
  const names = commands.map(({ name }) => name);
  expect(bundledAlone.filter((name) => !names.some((each) => each === name))).toEqual([]);
});
