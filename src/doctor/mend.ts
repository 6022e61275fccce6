/** Does the safe mendings, one after the other, and says what came of each. */
import { type Fix, type Outcome } from "./check.ts";
import { renderFix } from "./report.ts";
import { runProgram } from "../base/process.ts";

/** Milliseconds for one command; a service that restarts takes a while. */
const patience = 60_000;

export interface Mended {
  /** As it would be typed. */
  readonly commands: readonly string[];
  /** Why it could not be done. */
  readonly failure?: string;
}

/** The mendings that the outcomes offer, each once. */
export function fixesOf(outcomes: readonly Outcome[]): readonly Fix[] {
  const findings = outcomes.flatMap((outcome) => (outcome.grade === "skipped" ? [] : outcome.findings));
  const fixes = findings.flatMap((finding) =>
    finding.grade === "ok" || finding.fix === undefined ? [] : [finding.fix],
  );
  return [...new Map(fixes.map((fix) => [renderFix(fix).join("\n"), fix])).values()];
}

/** Does them. A command that fails ends its own mending only. */
export async function mend(fixes: readonly Fix[]): Promise<readonly Mended[]> {
  const done: Mended[] = [];
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
