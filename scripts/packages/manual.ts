/** Manual pages from the declarations of the commands (man(7)), so that they cannot say anything else than the program does. */
import type { CommandDeclaration, ProgramDeclaration } from "../../src/cli/command.ts";
import { type Setting, describeSetting, environmentName } from "../../src/cli/setting.ts";
import { version } from "../../src/base/version.ts";

/** What a page says beside the commands. */
export interface ManualPage {
  readonly program: ProgramDeclaration;
  readonly section: 1 | 8;
  readonly description: string;
  readonly files: readonly (readonly [string, string])[];
  readonly seeAlso: string;
}

/** Renders the page. */
export function renderManual({ program, section, description, files, seeAlso }: ManualPage): string {
  const { name, summary, commands, defaultCommand } = program;
  return [
    `.TH ${name.toUpperCase()} ${section} "" "${name} ${version}"`,
    ".SH NAME",
    `${name} \\- ${escape(summary.replace(/\.$/, ""))}`,
    ".SH SYNOPSIS",
    ...commands.flatMap((command) => [".br", synopsis(name, command, command.name === defaultCommand)]),
    ".SH DESCRIPTION",
    escape(description),
    ".SH COMMANDS",
    ...commands.flatMap((command) => renderCommand(command, name)),
    ".SH EXIT STATUS",
    ...[
      ["0", "fine"],
      ["1", "a problem was found"],
      ["2", "wrong usage"],
      ["3", "the surroundings: a missing permission, a port that is taken, no server or cluster to ask"],
      ["70", "a bug"],
    ].flatMap(([code = "", meaning = ""]) => tagged(code, meaning)),
    ...(files.length === 0 ? [] : [".SH FILES", ...files.flatMap(([path, what]) => tagged(path, what))]),
    ".SH SEE ALSO",
    seeAlso,
    "",
  ].join("\n");
}

function synopsis(program: string, { name, positionals }: CommandDeclaration, isDefault: boolean): string {
  const words = Object.values(positionals).map(({ placeholder, optional }) =>
    optional === true ? `[\\fI${placeholder}\\fR]` : `\\fI${placeholder}\\fR`,
  );
  return `\\fB${program}\\fR ${[isDefault ? `[\\fB${name}\\fR]` : `\\fB${name}\\fR`, ...words].join(" ")} [options]`;
}

function renderCommand({ name, summary, settings, examples }: CommandDeclaration, program: string): readonly string[] {
  return [
    `.SS ${escape(name)}`,
    `${escape(summary)}.`,
    ...Object.values(settings).flatMap((setting) => renderSetting(setting, program)),
    ".PP",
    "Examples:",
    ".nf",
    ...examples.map((example) => `    ${escape(example)}`),
    ".fi",
  ];
}

function renderSetting(setting: Setting, program: string): readonly string[] {
  const { flag, placeholder, whenAbsent } = setting;
  const usage = `\\fB\\-\\-${escape(flag)}\\fR${placeholder === undefined ? "" : `=\\fI${placeholder}\\fR`}`;
  const text = `${describeSetting(setting)} When absent: ${whenAbsent}. Also ${environmentName(setting, program)}.`;
  return [".TP", usage, escape(text.replaceAll("`", ""))];
}

function tagged(tag: string, text: string): readonly string[] {
  return [".TP", escape(tag), escape(text)];
}

/** Backslashes and hyphens mean something to roff, and a dot or a quote at the start of a line. */
function escape(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll(/^(?=[.'])/gm, "\\&");
}
