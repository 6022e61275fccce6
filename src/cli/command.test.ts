/** A declared command reads words and settings before it runs, and what is wrong keeps it from running. */
import { expect, test } from "vitest";
import * as z from "zod/mini";
import { onOrOff, oneText } from "../base/text-schema.ts";
import { declareCommand } from "./command.ts";
import { type Invocation, declare, describeSetting, flagUsage, readWords } from "./setting.ts";

const dryRun = declare({ flag: "dry-run", doc: "Change nothing.", whenAbsent: "off", schema: onOrOff });
const port = declare({
  flag: "port",
  placeholder: "PORT",
  doc: "The port.",
  isSaved: true,
  whenAbsent: "1",
  schema: oneText,
});
const name = {
  placeholder: "name",
  doc: "A name.",
  schema: z.pipe(oneText, z.string().check(z.regex(/^[a-z]+$/, "is odd"))),
};
const more = { placeholder: "more", doc: "More.", optional: true, schema: oneText } as const;

function invocation(given: Partial<Invocation>): Invocation {
  return { program: "tool", flags: {}, words: [], environment: {}, ...given };
}

function recorder() {
  const runs: unknown[] = [];
  const command = declareCommand({
    name: "do",
    summary: "Does it",
    examples: ["tool do it"],
    positionals: { name, more },
    settings: { dryRun, port },
    run: async (...given) => {
      runs.push(given);
      return Promise.resolve(7);
    },
  });
  return { command, runs };
}

test("it runs with words and settings as values, and with where each setting came from", async () => {
  const { command, runs } = recorder();
  const environment = { TOOL_PORT: "5", TOOL_DRY_RUN: "no" };
  const exitCode = await command.run(invocation({ words: ["abc"], flags: { dryRun: true }, environment }));
  expect(exitCode).toBe(7);
  expect(runs).toEqual([
    [
      { name: "abc", more: undefined, dryRun: true, port: "5" },
      { dryRun: "--dry-run", port: "TOOL_PORT" },
    ],
  ]);
});

test.each<[string, Partial<Invocation>, RegExp]>([
  ["a bad word", { words: ["A1"] }, /^name: is odd$/],
  [
    "a bad setting",
    { words: ["abc"], environment: { TOOL_DRY_RUN: "maybe" } },
    /^TOOL_DRY_RUN: "maybe" is not on or off/,
  ],
])("%s keeps it from running, and is said with where it came from", async (_, given, sentence) => {
  const { command, runs } = recorder();
  await expect(command.run(invocation(given))).rejects.toMatchObject({
    code: "wrong-usage",
    exitCode: 2,
    message: expect.stringMatching(sentence),
    hint: "See tool --help.",
  });
  expect(runs).toEqual([]);
});

test("a command without words takes none", async () => {
  const command = declareCommand({
    name: "x",
    summary: "",
    examples: [],
    settings: {},
    run: async () => Promise.resolve(0),
  });
  expect(command.positionals).toEqual({});
  expect(await command.run(invocation({ words: ["ignored"] }))).toBe(0);
});

test("a word that may be left out is read when it is there", () => {
  expect(readWords({ name, more }, invocation({ words: ["abc", "def"] }))).toEqual({ name: "abc", more: "def" });
  expect(readWords(undefined, invocation({}))).toEqual({});
});

test("help says how a setting is written, and whether it is saved", () => {
  expect([flagUsage(dryRun), flagUsage(port)]).toEqual(["--dry-run", "--port <PORT>"]);
  expect([describeSetting(dryRun), describeSetting(port)]).toEqual(["Change nothing.", "The port. Saved."]);
});
