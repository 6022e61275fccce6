/** Every command of both programs is declared whole: its examples work, its flags have words, and its help fits a terminal. */
import { describe, expect, test } from "vitest";
import { makeProgram } from "./program.ts";
import type { ProgramDeclaration } from "./command.ts";
import { dtk } from "./dtk/commands.ts";
import { rewriteSeedSpelling } from "./seed-spelling.ts";
import { hostsfileServer } from "./server/commands.ts";
import { environmentName, readSettings, readWords } from "./setting.ts";

/** A program whose commands only read what they are given, and the names of those that were called. */
function reading(program: ProgramDeclaration) {
  const called: string[] = [];
  const commands = program.commands.map((command) => ({
    ...command,
    run: async (invocation: Parameters<typeof command.run>[0]): Promise<number> => {
      readSettings(command.settings, invocation);
      readWords(command.positionals, invocation);
      called.push(command.name);
      return 0;
    },
  }));
  return { called, root: makeProgram({ ...program, commands }, () => undefined) };
}

/** The words of an example up to what belongs to the shell, without quotes and `sudo`. */
function wordsOf(example: string): readonly string[] {
  const [line = ""] = example.split(/ [|>] /);
  return line.replace(/^sudo /, "").split(" ");
}

const programs = [hostsfileServer, dtk];
const every = programs.flatMap((program) => program.commands.map((command) => ({ program, command })));
const named = every.map(({ program, command }) => [`${program.name} ${command.name}`, program, command] as const);

describe.each(named)("%s", (_, program, command) => {
  test("its examples are command lines of its own that are accepted", async () => {
    expect(command.examples.length).toBeGreaterThan(0);
    for (const example of command.examples) {
      const [name, ...words] = wordsOf(example);
      expect(name).toBe(program.name);
      const { called, root } = reading(program);
      await root.parseAsync(rewriteSeedSpelling(["node", program.name, ...words]));
      expect(called).toEqual([command.name]);
    }
  });

  test("each flag is there once, and says what it does and what holds without it", () => {
    const settings = Object.values(command.settings);
    const flags = settings.map(({ flag }) => flag);
    expect(new Set(flags).size).toBe(flags.length);
    for (const { flag, doc, whenAbsent, placeholder } of settings) {
      expect(flag).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
      expect(doc).toMatch(/^[A-Z`].*\.$/s);
      expect(whenAbsent).not.toBe("");
      expect(placeholder ?? "NONE").toMatch(/^[A-Z=-]+$/);
    }
  });

  test("what it does is one line without a full stop", () => {
    expect(command.summary).toMatch(/^[A-Z][^\n]*[^.\n]$/);
  });

  test("its help fits 80 columns and shows each flag with its twin", () => {
    const { root } = reading(program);
    const found = command.name
      .split(" ")
      .reduce((group, word) => group?.commands.find((each) => each.name() === word), root as typeof root | undefined);
    const help = found?.helpInformation() ?? "";
    expect(help.split("\n").filter((line) => line.length > 80)).toEqual([]);
    const flat = help.replaceAll(/\s+/g, " ");
    for (const setting of Object.values(command.settings)) {
      expect(flat).toContain(`--${setting.flag}`);
      expect(flat).toContain(environmentName(setting, program.name));
    }
  });
});

describe.each(programs)("$name", (program) => {
  test("names each command once", () => {
    const names = program.commands.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  test("a command of two words has a group with words of its own", () => {
    for (const { name } of program.commands) {
      const [group = "", second] = name.split(" ");
      expect(second === undefined || program.groups[group] !== undefined).toBe(true);
    }
  });

  test("what runs without a command is one of its commands", () => {
    const names = program.commands.map(({ name }) => name);
    const { defaultCommand = names[0] } = program;
    expect(names).toContain(defaultCommand);
  });

  test("a flag takes the same kind of value in each command that has it", () => {
    const seen = new Map<string, string | undefined>();
    for (const { flag, placeholder } of program.commands.flatMap(({ settings }) => Object.values(settings))) {
      expect([flag, seen.has(flag) ? seen.get(flag) : placeholder]).toEqual([flag, placeholder]);
      seen.set(flag, placeholder);
    }
  });
});
