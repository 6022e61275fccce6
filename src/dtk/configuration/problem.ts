/** What is wrong in config.yaml, shown all at once: place, words, and the line with a caret under the spot. */
import { TroubleError } from "../../base/trouble.ts";

export interface Problem {
  /** Characters before the spot in the file's text. */
  readonly offset: number;
  /** What is wrong and what is expected, as one sentence. */
  readonly message: string;
}

/** A spot in a file, counted from 1. */
export interface LinePlace {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

export interface ConfigurationText {
  /** As the user named the file. */
  readonly path: string;
  readonly text: string;
}

/** Finds line and column of an offset. */
export function placeOf({ path, text }: ConfigurationText, offset: number): LinePlace {
  const before = text.slice(0, offset).split("\n");
  return { path, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** As compilers and editors know it: `config.yaml:3:11`. */
export function renderPlace({ path, line, column }: LinePlace): string {
  return `${path}:${line}:${column}`;
}

/** The trouble of a file with problems, in the order of the file. */
export function troubleOf(file: ConfigurationText, problems: readonly Problem[]): TroubleError {
  const shown = problems
    .toSorted((left, right) => left.offset - right.offset)
    .map((problem) => renderProblem(file, problem));
  const message = [
    `${file.path} has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}.`,
    ...shown,
  ];
  const hint = "Correct the file. dtk config init --config=example.yaml writes one with every value explained.";
  return new TroubleError({ code: "configuration-wrong", message: message.join("\n"), hint }, { exitCode: 2 });
}

function renderProblem(file: ConfigurationText, { offset, message }: Problem): string {
  const place = placeOf(file, offset);
  const line = file.text.split("\n")[place.line - 1]?.trimEnd() ?? "";
  // Tabs stay, so that the caret is under the spot at any tab width.
  const indent = line.slice(0, place.column - 1).replaceAll(/[^\t]/g, " ");
  const number = String(place.line);
  return `${renderPlace(place)}: ${message}\n  ${number} | ${line}\n  ${" ".repeat(number.length)} | ${indent}^`;
}
