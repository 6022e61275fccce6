/** Runs the checks side by side, each as soon as what it needs is done, and never longer than the desktop's signal allows. */
import { messageOf } from "../base/errors.ts";
import { type Trouble, TroubleError, toTrouble } from "../base/trouble.ts";
import { type Check, type Desktop, type Finding, type FindingGrade, type CheckOutcome, ok } from "./check.ts";
import { platform } from "../platform/current.ts";
import { isRoot } from "../platform/user.ts";

/** From fine to grave. */
const grades: readonly FindingGrade[] = ["ok", "note", "warning", "problem"];

interface Run {
  readonly outcome: CheckOutcome;
  /** The titles of the checks for whose sake those that need it are skipped; empty when they are not. */
  readonly stops: readonly string[];
}

/**
 * Runs the checks.
 *
 * @param checks - each behind those that it needs
 * @returns what came of each, in the same order; a check that fails or hangs is a finding too
 */
export async function runChecks(checks: readonly Check[], desktop: Desktop): Promise<readonly CheckOutcome[]> {
  const running = new Map<string, Promise<Run>>();
  for (const check of checks) {
    const needed = check.needs.map(async (id) => running.get(id) ?? unknownNeed(check, id));
    running.set(check.id, runAfter(check, needed, desktop));
  }
  const outcomes = (await Promise.all(running.values())).map(({ outcome }) => outcome);
  return outcomes.map((outcome, index) =>
    checks[index]?.isHearsay === true ? withoutRepeats(outcome, outcomes) : outcome,
  );
}

/** What another check found by looking is reported once, in its words. */
function withoutRepeats(outcome: CheckOutcome, all: readonly CheckOutcome[]): CheckOutcome {
  if (outcome.grade === "skipped") return outcome;
  const others = new Set(all.filter((other) => other !== outcome).flatMap(codesOf));
  const left = outcome.findings.filter((finding) => finding.grade === "ok" || !others.has(finding.code));
  const findings = left.length > 0 ? left : [ok("Already reported above.")];
  return { ...outcome, findings, grade: gravest(findings) };
}

function codesOf(outcome: CheckOutcome): readonly string[] {
  if (outcome.grade === "skipped") return [];
  return outcome.findings.flatMap((finding) => (finding.grade === "ok" ? [] : [finding.code]));
}

async function unknownNeed(check: Check, id: string): Promise<never> {
  throw new Error(`${check.id} needs ${id}, which does not come before it`);
}

async function runAfter(check: Check, needed: readonly Promise<Run>[], desktop: Desktop): Promise<Run> {
  const { id, title } = check;
  const because = [...new Set((await Promise.all(needed)).flatMap(({ stops }) => stops))].toSorted();
  if (because.length > 0) return { outcome: { id, title, grade: "skipped", because }, stops: because };
  const findings = await findingsOf(check, desktop);
  const grade = gravest(findings);
  const isEnd = grade === "problem" || findings.some(endsHere);
  return { outcome: { id, title, grade, findings }, stops: isEnd ? [title] : [] };
}

/** The gravest grade of some findings. */
export function gravest(findings: readonly Finding[]): FindingGrade {
  const most = Math.max(...findings.map(({ grade }) => grades.indexOf(grade)));
  return grades[most] ?? "ok";
}

function endsHere(finding: Finding): boolean {
  return finding.grade !== "ok" && finding.isDeadEnd === true;
}

async function findingsOf(check: Check, desktop: Desktop): Promise<readonly Finding[]> {
  const ended = Promise.withResolvers<readonly Finding[]>();
  const giveUp = (): void => ended.resolve([{ grade: "warning", ...noAnswer(check) }]);
  desktop.signal.addEventListener("abort", giveUp, { once: true });
  if (desktop.signal.aborted) giveUp();
  try {
    return await Promise.race([check.run(desktop), ended.promise]);
  } catch (error) {
    return [toFinding(check, error)];
  } finally {
    desktop.signal.removeEventListener("abort", giveUp);
  }
}

function noAnswer({ title }: Check): Trouble {
  const message = `"${title}" could not be checked: it took too long.`;
  const hint = "Run it again when the machine is less busy:";
  const command = "hostsfile-server doctor";
  return { code: "doctor-look-ended", message, hint, command };
}

/** One check that fails must not keep the others from being read. */
function toFinding({ title }: Check, error: unknown): Finding {
  if (error instanceof TroubleError) {
    return { grade: "problem", ...toTrouble(error) };
  }
  const reason = messageOf(error);
  const message = `"${title}" could not be checked: ${reason.replace(/\.$/, "")}.`;
  const advice = isRoot()
    ? { hint: "If the cause is not on this machine, please report it." }
    : { hint: "It may take root to look:", command: platform.commands.asRoot("hostsfile-server doctor") };
  return { grade: "warning", code: "doctor-look-failed", message, ...advice };
}
