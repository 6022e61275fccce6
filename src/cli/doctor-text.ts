/** The report of `doctor` as text for a terminal: what is wrong first, with what to type, and what is fine in a line each. */
import type { Grade } from "../doctor/check.ts";
import type { Report } from "../doctor/report.ts";
import { type Style, type Terminal, printable, wrap } from "./terminal.ts";

type Checked = Report["checks"][number];
type Finding = Checked["findings"][number];

const marks: Readonly<Record<Grade, { readonly word: string; readonly style: Style }>> = {
  problem: { word: "PROBLEM", style: "bad" },
  warning: { word: "warning", style: "bad" },
  note: { word: "note", style: "strong" },
  skipped: { word: "skipped", style: "faint" },
  ok: { word: "ok", style: "good" },
};

/** What stands before the text of every line but the first of a block. */
const indent = " ".repeat(9);

/**
 * Renders the report.
 *
 * @param isQuiet - leaves out what is fine or skipped, and then may have nothing to say
 */
export function renderReport(report: Report, terminal: Terminal, isQuiet: boolean): string {
  const skipped = new Set(report.checks.filter(({ grade }) => grade === "skipped").map(causesOf));
  const blocks = report.checks.flatMap((check) => {
    if (check.grade !== "skipped") return renderCheck(check, terminal, isQuiet);
    // All that wait for the same are named where the first of them stands.
    const isFirst = skipped.delete(causesOf(check));
    return isFirst && !isQuiet ? [renderWaiting(report, causesOf(check), terminal)] : [];
  });
  return isQuiet ? blocks.join("") : `${blocks.join("")}\n${summaryOf(report)}\n`;
}

function causesOf({ because }: Checked): string {
  return because.join("; ");
}

function renderWaiting({ checks }: Report, causes: string, terminal: Terminal): string {
  const waiting = checks.filter((check) => check.grade === "skipped" && causesOf(check) === causes);
  const titles = waiting.map(({ title }) => title).join("; ");
  return renderBlock("skipped", [`Not looked at before this is well (${causes}): ${titles}`], terminal);
}

function renderCheck({ grade, findings }: Checked, terminal: Terminal, isQuiet: boolean): readonly string[] {
  return findings
    .filter((finding) => finding.grade !== "ok" || (grade === "ok" && !isQuiet))
    .map((finding) => renderBlock(finding.grade, textsOf(finding), terminal));
}

function textsOf({ message, code, hint }: Finding): readonly string[] {
  return code === null ? [message] : [`${message} [${code}]`, ...splitHint(hint ?? "")];
}

const programs = [
  "sudo",
  "kubectl",
  "helm",
  "dtk",
  "hostsfile-server",
  "systemctl",
  "curl",
  "getent",
  "printf",
  "echo",
];
const commandAtEnd = new RegExp(`^(.*?:) ((?:${programs.join("|")}) .*)$`);

/** A command at the end of a hint has a line of its own, which is never broken, so that it can be copied. */
function splitHint(hint: string): readonly string[] {
  const [, words, command] = commandAtEnd.exec(hint) ?? [];
  return words === undefined || command === undefined ? [hint] : [words, `  ${command}`];
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
  const mendable = checks.flatMap(({ findings }) => findings).filter(({ fix }) => fix !== null).length;
  const fix = mendable === 0 ? "" : ` To mend ${mendable} of them: hostsfile-server doctor --fix`;
  return `${counts.join(", ")}.${fix}`;
}

function nounOf(grade: Grade, number: number): string {
  return grade === "ok" || grade === "skipped" || number === 1 ? grade : `${grade}s`;
}
