/** The command line of hostsfile-server: makes commander's commands from the declarations and turns failures into exit codes. */
import { Command, CommanderError, Option } from "commander";
import { TroubleError } from "../trouble.ts";
import { version } from "../version.ts";
import type { CommandDeclaration } from "./command.ts";
import { commands } from "./commands.ts";
import { reportFailure } from "./failure.ts";
import { type Setting, environmentName, flagUsage } from "./setting.ts";

const name = "hostsfile-server";
const defaultCommand = "serve";
const wrongUsage = 2;

/**
 * Runs the command line.
 *
 * @param argv - as `process.argv`
 * @returns the exit code
 */
export async function run(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = makeProgram((code) => {
    exitCode = code;
  });
  const fail = (error: unknown): number =>
    reportFailure(error, { command: name, json: argv.includes("--json"), print });
  endOnLateErrors(fail);
  try {
    refuseUnknownCommand(argv[2]);
    await program.parseAsync(argv);
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : wrongUsage;
    return fail(error);
  }
}

function print(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Errors that no caller can catch: a reader that went away, as `head` does, is none, and everything else is a bug. */
function endOnLateErrors(fail: (error: unknown) => number): void {
  process.stdout.on("error", (error: Error & { readonly code?: string }) => {
    process.exit(error.code === "EPIPE" ? 0 : fail(error));
  });
  process.on("uncaughtException", (error) => process.exit(fail(error)));
}

/** Without this a mistyped command would be taken for an argument of the default one. */
function refuseUnknownCommand(word: string | undefined): void {
  const names = commands.map((declaration) => declaration.name);
  if (word === undefined || word.startsWith("-") || names.includes(word)) return;
  const message = `${JSON.stringify(word)} is not a command; the commands are ${names.join(", ")}.`;
  throw new TroubleError({ code: "wrong-usage", message, hint: `See ${name} --help.` }, { exitCode: wrongUsage });
}

/**
 * Makes the commands, for running or for their help.
 *
 * @param end - called with the exit code of the command that ran
 */
export function makeProgram(end: (exitCode: number) => void): Command {
  const program = new Command(name)
    .version(version)
    .description("Keeps /etc/hosts in step with the Ingresses of your desktop Kubernetes cluster.")
    .configureHelp({ helpWidth: 80 })
    .showHelpAfterError(`See ${name} --help.`)
    .helpCommand(false)
    .exitOverride();
  for (const declaration of commands)
    program.addCommand(makeCommand(declaration, end), { isDefault: declaration.name === defaultCommand });
  return program.addHelpText("after", `\nWithout a command it serves; see ${name} serve --help.`);
}

function makeCommand(declaration: CommandDeclaration, end: (exitCode: number) => void): Command {
  const command = new Command(declaration.name)
    .description(declaration.summary)
    .configureHelp({ helpWidth: 80 })
    .allowExcessArguments(false)
    .exitOverride()
    .addHelpText("before", examplesText(declaration));
  for (const setting of Object.values(declaration.settings)) command.addOption(makeOption(setting));
  return command.action(async () => end(await declaration.run(command.opts())));
}

function examplesText({ examples }: CommandDeclaration): string {
  return `Examples:\n${examples.map((example) => `  $ ${example}`).join("\n")}\n`;
}

function makeOption(setting: Setting): Option {
  const doc = `${setting.doc} (${environmentName(setting)}; absent: ${setting.whenAbsent})`;
  const option = new Option(flagUsage(setting), doc.replaceAll("`", ""));
  if (setting.repeatable !== true) return option;
  return option.argParser<readonly string[] | undefined>((text, before) => [...(before ?? []), text]);
}
