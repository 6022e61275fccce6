/** Commands that change the system do nothing as a user, and print the whole line that does it. */
import { afterEach, expect, test, vi } from "vitest";
import { runHere } from "../../../test/support/here.ts";

afterEach(() => void vi.restoreAllMocks());

const commands = ["install", "install --dry-run", "uninstall", "uninstall --dry-run"];

test.each(commands)("%s", async (command) => {
  vi.spyOn(process, "geteuid").mockReturnValue(1000);
  const { exitCode, output, talk } = await runHere(command.split(" "));
  expect([exitCode, output]).toEqual([3, ""]);
  expect(talk).toMatch(/^hostsfile-server: (?:un)?install changes the system, which only root may\.\n {2}Run: sudo /);
});

test.each(commands)("%s --json says the same as one object", async (command) => {
  vi.spyOn(process, "geteuid").mockReturnValue(1000);
  const { exitCode, output, talk } = await runHere([...command.split(" "), "--json"]);
  expect([exitCode, talk]).toEqual([3, ""]);
  expect(JSON.parse(output)).toMatchObject({ code: "not-root", command: expect.stringMatching(/^sudo /) });
});

test.each([
  [["install", "--port=none"], "--port: "],
  [["install", "--cluster-ip=here"], "--cluster-ip: "],
  [["install", "--resolver=bind"], "--resolver: "],
  [["uninstall", "--port=5000"], "unknown option '--port=5000'"],
  [["uninstall", "everything"], "too many arguments"],
])("%j is wrong usage before anything is looked at", async (words, sentence) => {
  vi.spyOn(process, "geteuid").mockReturnValue(1000);
  const { exitCode, talk } = await runHere(words);
  expect(exitCode).toBe(2);
  expect(talk).toContain(sentence);
});
