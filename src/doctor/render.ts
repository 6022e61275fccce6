/** The report as text for a terminal: what is wrong first, with what to type, and what is fine in a line each. */
import type { Grade } from "./check.ts";
import type { Report } from "./report.ts";

export interface RenderOptions {
  /** Columns of the terminal. */
  readonly width: number;
  /** Prints nothing that is fine or skipped. */
  readonly quiet: boolean;
  /** Gives the mark of a grade its colour. */
  readonly paint: (grade: Grade, mark: string) => string;
}

type Finding = Report["checks"][number]["findings"][number];

const marks: Readonly<Record<Grade, string>> = {
  problem: "PROBLEM",
  warning: "warning",
  note: "note",
  skipped: "skipped",
  ok: "ok",
};

/** Columns before the text. */
const indent = 9;

/** Renders the report; the empty text when there is nothing to say. */
export function renderReport(report: Report, options: RenderOptions): string {
  const blocks = report.checks.flatMap((check) => renderCheck(check, options));
  if (options.quiet) return blocks.join("");
  return `${blocks.join("")}\n${summaryOf(report)}\n`;
}

function renderCheck(check: Report["checks"][number], options: RenderOptions): readonly string[] {
  if (check.grade === "skipped") {
    if (options.quiet) return [];
    return [renderBlock("skipped", [`${check.title} (not looked at until: ${check.because.join("; ")})`], options)];
  }
  return check.findings
    .filter(({ grade }) => grade !== "ok" || (!options.quiet && check.grade === "ok"))
    .map((finding) => renderBlock(finding.grade, textsOf(finding), options));
}

function textsOf({ message, code, hint }: Finding): readonly string[] {
  return code === null ? [message] : [`${message} [${code}]`, ...splitHint(hint ?? "")];
}

/** A command at the end of a hint has a line of its own, which is never broken, so that it can be copied. */
function splitHint(hint: string): readonly string[] {
  const [, words, command] =
    /^(.*?:) ((?:sudo|kubectl|helm|dtk|hostsfile-server|systemctl|journalctl|resolvectl|wsl\.exe|curl|getent) .*)$/.exec(
      hint,
    ) ?? [];
  return words === undefined || command === undefined ? [hint] : [words, `  ${command}`];
}

function renderBlock(grade: Grade, texts: readonly string[], { width, paint }: RenderOptions): string {
  const lines = texts.flatMap((text) => (text.startsWith("  ") ? [text] : wrap(text, Math.max(20, width - indent))));
  const mark = paint(grade, marks[grade]) + " ".repeat(indent - marks[grade].length);
  return lines.map((line, index) => `${index === 0 ? mark : " ".repeat(indent)}${line}\n`).join("");
}

/** Breaks a text at blanks, but not inside of backticks. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.match(/(?:`[^`]*`|\S)+/g) ?? []) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function summaryOf({ checks }: Report): string {
  const count = (wanted: Grade): number => checks.filter(({ grade }) => grade === wanted).length;
  const counts = (["problem", "warning", "note", "skipped", "ok"] as const)
    .map((grade) => ({ grade, number: count(grade) }))
    .filter(({ number }) => number > 0)
    .map(({ grade, number }) => `${number} ${nounOf(grade, number)}`);
  const mendable = checks.flatMap(({ findings }) => findings).filter(({ fix }) => fix !== null).length;
  const fix = mendable === 0 ? "" : ` To mend ${mendable} of them: hostsfile-server doctor --fix`;
  return `${counts.join(", ")}.${fix}`;
}

function nounOf(grade: Grade, number: number): string {
  return grade === "ok" || grade === "skipped" || number === 1 ? grade : `${grade}s`;
}
