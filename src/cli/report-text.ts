/** The report of `doctor` and of `dtk check` as text for a terminal: what is wrong first, with what to type, and what is fine in a line each. */
import type { Grade } from "../doctor/check.ts";
import type { Report } from "../doctor/report.ts";
import { printable } from "../base/printable.ts";
import { type Style, type Terminal, wrap } from "./terminal.ts";
import { platform } from "../platform/current.ts";

type Checked = Report["checks"][number];
type Finding = Checked["findings"][number];

const marks: Readonly<Record<Grade, { readonly word: string; readonly style: Style }>> = {
  problem: { word: "PROBLEM", style: "bad" },
  warning: { word: "warning", style: "bad" },
  note: { word: "note", style: "strong" },
  skipped: { word: "skipped", style: "faint" },
  ok: { word: "ok", style: "good" },
};

/** The indent of every line but the first of a block. */
const indent = " ".repeat(9);

interface ReportOptions {
  /** Leaves out what is fine or skipped, and then may have nothing to say. */
  readonly isQuiet: boolean;
  /** Gives each step a line, also where something is wrong. */
  readonly isTrace: boolean;
}

/** Renders the report; where something is wrong, what is fine is named in short. */
export function renderReport(report: Report, terminal: Terminal, { isQuiet, isTrace }: ReportOptions): string {
  const isFolded = (grade: Grade): boolean => grade === "skipped" || (grade === "ok" && !report.ok && !isTrace);
  const folds = Map.groupBy(
    report.checks.filter(({ grade }) => isFolded(grade)),
    foldOf,
  );
  const blocks = report.checks
    .filter(({ grade }) => !isQuiet || (grade !== "ok" && grade !== "skipped"))
    .flatMap((check) => {
      if (!isFolded(check.grade)) return renderCheck(check, terminal);
      // All of one fold are named at the place of the first of them.
      const fold = folds.get(foldOf(check)) ?? [];
      return fold[0] === check ? [renderFold(check, fold, terminal)] : [];
    });
  return isQuiet ? blocks.join("") : `${blocks.join("")}\n${summaryOf(report)}`;
}

function foldOf({ grade, because }: Checked): string {
  return [grade, ...because].join("; ");
}

function renderFold({ grade, because }: Checked, fold: readonly Checked[], terminal: Terminal): string {
  const titles = fold.map(({ title }) => title).join("; ");
  const text = grade === "ok" ? titles : `Not looked at before this is well (${because.join("; ")}): ${titles}`;
  return renderBlock(grade, [text], terminal);
}

function renderCheck({ grade, findings }: Checked, terminal: Terminal): readonly string[] {
  return findings
    .filter((finding) => finding.grade !== "ok" || grade === "ok")
    .map((finding) => renderBlock(finding.grade, textsOf(finding), terminal));
}

/** A command has a line of its own, which is never broken, so that it can be copied. */
function textsOf({ message, code, hint, command }: Finding): readonly string[] {
  if (code === null) return [message];
  return [`${message} [${code}]`, hint ?? "", ...(command === null ? [] : [`  ${command}`])];
}

function renderBlock(grade: Grade, texts: readonly string[], { width, paint }: Terminal): string {
  const { word, style } = marks[grade];
  const lines = texts.flatMap((text) =>
    text.startsWith("  ")
      ? [`${indent}  ${paint("command", printable(text.trim()))}`]
      : wrap(text, width, { first: indent, others: indent }),
  );
  const block = lines.map((line) => `${line}\n`).join("");
  return paint(style, word) + block.slice(word.length);
}

function summaryOf({ checks }: Report): string {
  const counts = (["problem", "warning", "note", "skipped", "ok"] as const)
    .map((grade) => ({ grade, number: checks.filter((check) => check.grade === grade).length }))
    .filter(({ number }) => number > 0)
    .map(({ grade, number }) => `${number} ${nounOf(grade, number)}`);
  const repairable = checks.flatMap(({ findings }) => findings).filter(({ fix }) => fix !== null).length;
  const fix =
    repairable === 0
      ? ""
      : `To repair ${repairable} of them: ${platform.commands.asRoot("hostsfile-server doctor --fix")}\n`;
  return `${counts.join(", ")}.\n${fix}`;
}

function nounOf(grade: Grade, number: number): string {
  return grade === "ok" || grade === "skipped" || number === 1 ? grade : `${grade}s`;
}
