/** `hostsfile-server doctor`: looks at every part between an Ingress and a name that resolves, and says what to type. */
import { resolve } from "node:path";
import { styleText } from "node:util";
import type { Grade, Outcome } from "../doctor/check.ts";
import { checks } from "../doctor/checks.ts";
import { openDesktop } from "../doctor/desktop.ts";
import { type Mended, fixesOf, mend } from "../doctor/mend.ts";
import { renderReport } from "../doctor/render.ts";
import { isWrong, renderFix, toReport } from "../doctor/report.ts";
import { runChecks } from "../doctor/run.ts";
import { confirm } from "./confirm.ts";
import { defaultHostsFile, installedPort, stateFolderOf } from "./environment.ts";
import { type ServerPlace, askServer, askStatus } from "./server-client.ts";

/** Milliseconds for all looks together. */
const patience = 15_000;

export interface DoctorOptions extends ServerPlace {
  readonly hostsFile: string | undefined;
  readonly stateFolder: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly fix: boolean | undefined;
  readonly yes: boolean | undefined;
  readonly json: boolean | undefined;
  readonly quiet: boolean | undefined;
}

/**
 * Looks, says what is wrong, and with --fix does what is safe and looks again.
 *
 * @returns 0 when there is neither problem nor warning, else 1
 * @throws TroubleError `not-confirmed` (exit 2) when nobody can be asked about --fix
 */
export async function doctor(options: DoctorOptions): Promise<number> {
  let outcomes = await examine(options);
  const fixes = options.fix === true ? fixesOf(outcomes) : [];
  if (fixes.length > 0) {
    if (options.json !== true) show(outcomes, options);
    const commands = fixes.flatMap(renderFix);
    if (!(await confirm(`This mends what can be mended safely:\n  ${commands.join("\n  ")}\n`, options.yes))) return 1;
    talkOf(await mend(fixes));
    outcomes = await examine(options);
  }
  show(outcomes, options);
  return isWrong(outcomes) ? 1 : 0;
}

async function examine(options: DoctorOptions): Promise<readonly Outcome[]> {
  const { kubeconfig, context } = options;
  const desktop = openDesktop({
    hostsFile: resolve(options.hostsFile ?? defaultHostsFile),
    stateFolder: stateFolderOf(options.stateFolder),
    port: options.port ?? installedPort(),
    cluster: { kubeconfig, context },
    askStatus: async () => askStatus(options),
    ask: async (path) => askServer(options, "GET", path),
    signal: AbortSignal.timeout(patience),
  });
  return runChecks(checks, desktop);
}

function show(outcomes: readonly Outcome[], { json, quiet = false }: DoctorOptions): void {
  const report = toReport(outcomes);
  const width = process.stdout.columns ?? 80;
  const text =
    json === true ? `${JSON.stringify(report, undefined, 2)}\n` : renderReport(report, { width, quiet, paint });
  process.stdout.write(text);
}

const colours = { ok: "green", note: "cyan", warning: "yellow", problem: "red", skipped: "dim" } as const;

/** styleText looks at the stream, NO_COLOR and FORCE_COLOR. */
function paint(grade: Grade, mark: string): string {
  return styleText(colours[grade], mark, { stream: process.stdout });
}

function talkOf(mended: readonly Mended[]): void {
  for (const { commands, failure } of mended) {
    const outcome = failure === undefined ? "done" : `FAILED, ${failure}`;
    process.stderr.write(`${commands.join("; ")}: ${outcome}\n`);
  }
}
