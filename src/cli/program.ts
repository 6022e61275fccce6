/** The command line of a program: makes commander's commands from the declarations and turns failures into exit codes. */
import { Command, CommanderError, Option } from "commander";
import { type Trouble, TroubleError } from "../base/trouble.ts";
import { version } from "../base/version.ts";
import { printableLines } from "../base/printable.ts";
import type { CommandDeclaration, ProgramDeclaration } from "./command.ts";
import { reportFailure } from "./failure.ts";
import { type FlagValues, type Setting, describeSetting, environmentName, flagUsage } from "./setting.ts";
import { wrongUsage, wrongUsageCode } from "./wrong-usage.ts";

/**
 * Runs the command line that the process was started with, and sets its exit code.
 *
 * @param argv - as `process.argv`
 */
export async function start(program: ProgramDeclaration, argv: readonly string[]): Promise<void> {
  endOnLateErrors((error) => fail(program, argv, error));
  process.exitCode = await run(program, argv);
}

/**
 * Runs a command line.
 *
 * @param program - what may be run
 * @param argv - as `process.argv`
 * @returns the exit code
 */
export async function run(program: ProgramDeclaration, argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const root = makeProgram(program, (code) => {
    exitCode = code;
  });
  try {
    refuseUnknownCommand(program, argv[2]);
    await root.parseAsync(argv);
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : wrongUsageCode;
    return fail(program, argv, error);
  }
}

function fail({ name }: ProgramDeclaration, argv: readonly string[], error: unknown): number {
  return reportFailure(error, { command: name, json: argv.includes("--json"), talk, answer });
}

function talk(text: string): void {
  process.stderr.write(`${printableLines(text)}\n`);
}

function answer(text: string): void {
  process.stdout.write(`${printableLines(text)}\n`);
}

/** Errors that no caller can catch. A reader that went away, as `head` does, is not an error. Everything else is a bug. */
function endOnLateErrors(report: (error: unknown) => number): void {
  process.stdout.on("error", (error: Error & { readonly code?: string }) => {
    process.exit(
      error.code === "EPIPE" ? 0 : report(new TroubleError(unwritable(error), { exitCode: 3, cause: error })),
    );
  });
  process.on("uncaughtException", (error) => process.exit(report(error)));
}

function unwritable(error: Error): Trouble {
  const message = `The output cannot be written: ${error.message}.`;
  return { code: "output-unwritable", message, hint: "Make room where it goes, or send it elsewhere." };
}

/** Without this a mistyped command would be taken for an argument of the default one. */
function refuseUnknownCommand({ name, commands }: ProgramDeclaration, word: string | undefined): void {
  const words = commands.map((declaration) => firstWord(declaration.name));
  if (word === undefined || word.startsWith("-") || word === "help" || words.includes(word)) return;
  const names = commands.map((declaration) => declaration.name).join(", ");
  const message = `${JSON.stringify(word)} is not a command; the commands are ${names}.`;
  throw wrongUsage(message, `See ${name} --help.`);
}

/**
 * Makes the commands, for running or for their help.
 *
 * @param end - called with the exit code of the command that ran
 */
export function makeProgram(program: ProgramDeclaration, end: (exitCode: number) => void): Command {
  const { name, summary, commands, defaultCommand, groups } = program;
  const root = makeGroup(name, summary).version(version).showHelpAfterError(`See ${name} --help.`);
  const parents = new Map(Object.entries(groups).map(([word, about]) => [word, makeGroup(word, about)]));
  for (const declaration of commands) {
    const isDefault = declaration.name === defaultCommand;
    const word = firstWord(declaration.name);
    const parent = parents.get(word);
    (parent ?? root).addCommand(makeCommand(declaration, name, end), { isDefault });
    if (parent !== undefined && !root.commands.includes(parent)) root.addCommand(parent);
  }
  if (defaultCommand === undefined) return root;
  return root.addHelpText(
    "after",
    `\nWithout a command it runs ${defaultCommand}; see ${name} ${defaultCommand} --help.`,
  );
}

function firstWord(name: string): string {
  return name.split(" ")[0] ?? name;
}

function makeGroup(name: string, summary: string): Command {
  return new Command(name).description(summary).configureHelp({ helpWidth: 80 }).exitOverride();
}

function makeCommand(declaration: CommandDeclaration, program: string, end: (exitCode: number) => void): Command {
  const command = new Command(declaration.name.split(" ").at(-1))
    .description(declaration.summary)
    .configureHelp({ helpWidth: 80 })
    .allowExcessArguments(false)
    .showHelpAfterError(`See ${program} ${declaration.name} --help.`)
    .configureOutput({ outputError: (text, write) => write(`${program}: ${text.replace(/^error: /, "")}`) })
    .exitOverride()
    .addHelpText("before", examplesText(declaration));
  for (const { placeholder, doc, optional } of Object.values(declaration.positionals)) {
    command.argument(optional === true ? `[${placeholder}]` : `<${placeholder}>`, doc);
  }
  for (const setting of Object.values(declaration.settings)) command.addOption(makeOption(setting, program));
  return command.action(async () => {
    const flags: FlagValues = command.opts();
    end(await declaration.run({ program, flags, words: command.args, environment: process.env }));
  });
}

function examplesText({ examples }: CommandDeclaration): string {
  return `Examples:\n${examples.map((example) => `  $ ${example}`).join("\n")}\n`;
}

function makeOption(setting: Setting, program: string): Option {
  const doc = `${describeSetting(setting)} (${environmentName(setting, program)}; absent: ${setting.whenAbsent})`;
  const option = new Option(flagUsage(setting), doc.replaceAll("`", ""));
  if (setting.repeatable !== true) return option;
  return option.argParser<readonly string[] | undefined>((text, before = []) => [...before, text]);
}
