/** What `doctor` found as a value with a documented shape, the gravest first. */
import * as z from "zod/mini";
import { renderCommand } from "../base/shell.ts";
import { teamWritingsSchema } from "../contract/writing.ts";
import type { Finding, Fix, CheckOutcome } from "./check.ts";

const findingSchema = z.object({
  grade: z.enum(["ok", "note", "warning", "problem"]),
  /** Null for what is ok. */
  code: z.nullable(z.string()),
  message: z.string(),
  hint: z.nullable(z.string()),
  /** What to type, exactly; null where there is nothing to type. */
  command: z.nullable(z.string()),
  /** What --fix does, as it would be typed. */
  fix: z.nullable(z.array(z.string())),
  /** Who wrote a name of a team, where the message says it. */
  writings: z.optional(teamWritingsSchema),
});

export const reportSchema = z.object({
  /** Whether there is no problem and no warning. */
  ok: z.boolean(),
  checks: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      grade: z.enum(["ok", "note", "warning", "problem", "skipped"]),
      findings: z.array(findingSchema),
      /** Titles of the checks for whose sake it was skipped. */
      because: z.array(z.string()),
    }),
  ),
});

export type Report = z.infer<typeof reportSchema>;

const order = ["problem", "warning", "note", "skipped", "ok"] as const;

/**
 * Makes the report of what came of the checks.
 *
 * @param by - `grade`: the gravest first, in the given order within a grade. `step`: in the given order, as for a trace
 */
export function toReport(outcomes: readonly CheckOutcome[], by: "grade" | "step" = "grade"): Report {
  const sorted = order.flatMap((grade) => outcomes.filter((outcome) => outcome.grade === grade));
  return { ok: !isWrong(outcomes), checks: (by === "grade" ? sorted : outcomes).map(toChecked) };
}

/** Whether something is a problem or a warning. */
export function isWrong(outcomes: readonly CheckOutcome[]): boolean {
  return outcomes.some(({ grade }) => grade === "problem" || grade === "warning");
}

function toChecked(outcome: CheckOutcome): Report["checks"][number] {
  const { id, title, grade } = outcome;
  if (grade === "skipped") return { id, title, grade, findings: [], because: [...outcome.because] };
  const findings = order.flatMap((level) => outcome.findings.filter((finding) => finding.grade === level));
  return { id, title, grade, findings: findings.map(describeFinding), because: [] };
}

function describeFinding(finding: Finding): Report["checks"][number]["findings"][number] {
  const { grade, message } = finding;
  if (grade === "ok") {
    const { writings } = finding;
    return { grade, code: null, message, hint: null, command: null, fix: null, ...(writings && { writings }) };
  }
  const { code, hint, command = null, fix } = finding;
  return { grade, code, message, hint, command, fix: fix === undefined ? null : renderFix(fix) };
}

/** The commands of a fix as they are typed. */
export function renderFix({ commands, needsRoot }: Fix): string[] {
  return commands.map((words) => renderCommand([...(needsRoot ? ["sudo"] : []), ...words]));
}
