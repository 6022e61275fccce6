/** A program is made from declarations: words behind a command, groups of commands, and where each setting came from. */
import { afterEach, describe, expect, test, vi } from "vitest";
import * as z from "zod/mini";
import { oneText, parsedBy } from "../base/text-schema.ts";
import { type ProgramDeclaration, declareCommand } from "./command.ts";
import { makeProgram, run } from "./program.ts";
import { declare } from "./setting.ts";

const port = declare({
  flag: "the-port",
  placeholder: "NUMBER",
  doc: "A port.",
  whenAbsent: "none",
  schema: z.pipe(
    oneText,
    parsedBy((text: string) => (/^\d+$/.test(text) ? Number(text) : undefined), "a port"),
  ),
});

const addOn = {
  placeholder: "ADD-ON",
  doc: "Which one.",
  schema: z.pipe(
    oneText,
    parsedBy((text: string) => (text === "external-dns" ? text : undefined), "an add-on"),
  ),
};

/** A program that notes what its commands were called with. */
function program() {
  const calls: unknown[] = [];
  const note =
    (name: string) =>
    async (given: object, sources: object): Promise<number> => {
      calls.push({ name, given, sources });
      return 1;
    };
  const declaration: ProgramDeclaration = {
    name: "the-tool",
    summary: "A tool.",
    groups: { config: "About the file" },
    commands: [
      declareCommand({
        name: "put",
        summary: "Put it",
        examples: ["the-tool put external-dns"],
        positionals: { addOn },
        settings: { port },
        run: note("put"),
      }),
      declareCommand({ name: "config init", summary: "Make it", examples: [], settings: {}, run: note("config init") }),
      declareCommand({ name: "config show", summary: "Show it", examples: [], settings: {}, run: note("config show") }),
    ],
  };
  return { declaration, calls };
}

async function call(line: string) {
  const talk: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => talk.push(String(text)) > 0);
  vi.spyOn(process.stdout, "write").mockImplementation((text) => talk.push(String(text)) > 0);
  const { declaration, calls } = program();
  const exitCode = await run(declaration, ["node", "the-tool", ...line.split(" ").filter((word) => word !== "")]);
  return { exitCode, calls, talk: talk.join("") };
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

test("words, settings and their sources reach the command, whose code is the exit code", async () => {
  expect(await call("put external-dns --the-port 7")).toMatchObject({
    exitCode: 1,
    calls: [{ name: "put", given: { addOn: "external-dns", port: 7 }, sources: { port: "--the-port" } }],
  });
});

test("the environment twin carries the program's name", async () => {
  vi.stubEnv("THE_TOOL_THE_PORT", "8");
  expect((await call("put external-dns")).calls).toMatchObject([
    { given: { port: 8 }, sources: { port: "THE_TOOL_THE_PORT" } },
  ]);
});

test("a setting that was not given has no source", async () => {
  expect((await call("put external-dns")).calls).toEqual([
    { name: "put", given: { addOn: "external-dns", port: undefined }, sources: { port: undefined } },
  ]);
});

test.each(["config init", "config show"])("%s is a command of a group", async (line) => {
  expect((await call(line)).calls).toMatchObject([{ name: line }]);
});

describe("wrong usage is exit 2 and calls nothing", () => {
  test.each([
    ["put nginx", 'ADD-ON: "nginx" is not an add-on.\n  See the-tool --help.'],
    ["put external-dns --the-port x", '--the-port: "x" is not a port.'],
    ["put", "missing required argument 'ADD-ON'"],
    ["put external-dns more", "too many arguments"],
    ["pot", '"pot" is not a command; the commands are put, config init, config show.'],
    ["config", "Usage: the-tool config"],
    ["config shew", "unknown command 'shew'"],
    ["", "Usage: the-tool"],
  ])("%j", async (line, words) => {
    const { exitCode, calls, talk } = await call(line);
    expect(talk).toContain(words);
    expect(exitCode).toBe(2);
    expect(calls).toEqual([]);
  });
});

test("help has the words of groups, commands and arguments", () => {
  const root = makeProgram(program().declaration, () => undefined);
  expect(root.helpInformation()).toMatch(/put \[options\] <ADD-ON> +Put it\n +config +About the file\n/);
  const [put] = root.commands;
  expect(put?.helpInformation()).toMatch(/Arguments:\n +ADD-ON +Which one\.\n[\s\S]*THE_TOOL_THE_PORT; absent:\s+none/);
});
