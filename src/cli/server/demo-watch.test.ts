/** The watcher's story as a program reads it: each step in its order, and a hosts file that has what the cluster asks for. */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { runHere } from "../../../test/support/here.ts";

interface Played {
  readonly step: number;
  readonly text: string;
  readonly answer?: string;
  readonly diff: string;
}

/** The names that a step's change of the file brings and takes. */
function namesIn({ diff }: Played): readonly string[] {
  return diff
    .split("\n")
    .filter((line) => /^[+-]\S+ \S+\.dtk\.io$/.test(line))
    .map((line) => `${line[0]}${line.split(" ")[1]}`);
}

test("a name comes with its object and goes with it, and the rest with the context", async () => {
  const { exitCode, output, talk } = await runHere(["demo", "--watch", "--json"]);
  expect([exitCode, talk]).toEqual([0, ""]);
  const played = output
    .trim()
    .split("\n")
    .map((line): Played => JSON.parse(line));
  expect(played.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(played.map(namesIn)).toEqual([[], ["+foo.dtk.io"], ["+bar.dtk.io"], [], ["-foo.dtk.io"], ["-bar.dtk.io"]]);
  expect(played[3]?.answer).toBe("127.0.0.1 foo.dtk.io");
});

test("as text it names the scratch file, which is gone afterwards, and repeats no marker", async () => {
  const { exitCode, output } = await runHere(["demo", "--watch"]);
  expect(exitCode).toBe(0);
  const [, hostsFile = ""] = /writes (\S+),/.exec(output) ?? [];
  expect(hostsFile).toMatch(/\/hosts$/);
  expect(existsSync(dirname(hostsFile))).toBe(false);
  expect(output).not.toMatch(/^ *[+-]# /m);
});
