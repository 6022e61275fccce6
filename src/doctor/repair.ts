/** Runs the safe repairs one after the other, and returns the outcome of each. */
import { type Fix, type CheckOutcome } from "./check.ts";
import { renderFix } from "./report.ts";
import { runProgram } from "../base/process.ts";

/** Milliseconds for one command; a service that restarts takes a while. */
const patience = 60_000;

export interface Repaired {
  /** As it would be typed. */
  readonly commands: readonly string[];
  /** Why it could not be done. */
  readonly failure?: string;
}

/** The repairs that the outcomes offer, each once. */
export function fixesOf(outcomes: readonly CheckOutcome[]): readonly Fix[] {
  const findings = outcomes.flatMap((outcome) => (outcome.grade === "skipped" ? [] : outcome.findings));
  const fixes = findings.flatMap((finding) =>
    finding.grade === "ok" || finding.fix === undefined ? [] : [finding.fix],
  );
  return [...new Map(fixes.map((fix) => [renderFix(fix).join("\n"), fix])).values()];
}

/** Runs repairs. A command that fails ends its own repair only. */
export async function repair(fixes: readonly Fix[]): Promise<readonly Repaired[]> {
  const done: Repaired[] = [];
  for (const fix of fixes) {
    const commands = renderFix(fix);
    const failure = await failureOf(fix);
    done.push(failure === undefined ? { commands } : { commands, failure });
  }
  return done;
}

async function failureOf({ commands }: Fix): Promise<string | undefined> {
  for (const [program = "", ...parameters] of commands) {
    const { ok, complaint, isMissing } = await runProgram(program, parameters, { timeout: patience });
    if (!ok) return isMissing ? `${program} is not installed` : complaint;
  }
  return undefined;
}
