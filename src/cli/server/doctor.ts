/** `hostsfile-server doctor`: looks at every part between an Ingress and a name that resolves, and says what to type. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { CheckOutcome } from "../../doctor/check.ts";
import { checks } from "../../doctor/checks.ts";
import { openDesktop } from "../../doctor/looks/desktop.ts";
import { traceSteps } from "../../doctor/trace/trace.ts";
import { type Repaired, fixesOf, repair } from "../../doctor/repair.ts";
import { isWrong, renderFix, toReport } from "../../doctor/report.ts";
import { runChecks } from "../../doctor/run.ts";
import type { DNSName } from "../../records/name.ts";
import { platform } from "../../platform/current.ts";
import { isRoot } from "../../platform/user.ts";
import { confirm } from "../confirm.ts";
import { stateFolderOf } from "../../platform/state-folder.ts";
import { ownPlaces } from "../../platform/user-places.ts";
import { openServer } from "../../sources/kubernetes/server-port.ts";
import { findWatchToken } from "../../client/held-token.ts";
import { installedHost, installedPort } from "../../platform/installed.ts";
import { renderReport } from "../report-text.ts";
import { requireRoot } from "../require-root.ts";
import { printable, printableJSON } from "../../base/printable.ts";
import { terminalOf } from "../terminal.ts";
import { type ServerFlags, askServer, askStatus } from "../../client/server-client.ts";

/** Milliseconds for all looks together. */
const patience = 15_000;

interface DoctorOptions extends ServerFlags {
  /** Traced through every part; without it everything is looked at. */
  readonly name: DNSName | undefined;
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
 * @throws TroubleError `not-confirmed` (exit 2) when nobody can be asked about --fix, `not-root` (exit 3) when that takes root
 */
export async function doctor(options: DoctorOptions): Promise<number> {
  let outcomes = await examine(options);
  const fixes = options.fix === true ? fixesOf(outcomes) : [];
  if (fixes.length > 0) {
    if (options.json !== true) show(outcomes, options);
    const commands = fixes.flatMap(renderFix).map((command) => `  ${printable(command)}\n`);
    process.stderr.write(`What can be repaired safely:\n${commands.join("")}`);
    if (fixes.some(({ needsRoot }) => needsRoot)) requireRoot("doctor --fix");
    if (!(await confirm("These commands will be run as they are shown.", options.yes))) return 1;
    talkOf(await repair(fixes));
    outcomes = await examine(options);
  }
  show(outcomes, options);
  return isWrong(outcomes) ? 1 : 0;
}

async function examine(options: DoctorOptions): Promise<readonly CheckOutcome[]> {
  const { kubeconfig, context } = options;
  const desktop = openDesktop({
    hostsFile: resolve(options.hostsFile ?? platform.places.hostsFile),
    stateFolder: stateFolderOf(options.stateFolder ?? ofService()),
    port: options.port ?? installedPort(),
    platform,
    isRoot: isRoot(),
    cluster: { kubeconfig, context },
    askStatus: async () => atLoopback(options, askStatus),
    ask: async (path) => atLoopback(options, async (place) => askServer(place, "GET", path)),
    allowedDomains: async () => (isRoot() ? undefined : allowedDomains(options)),
    signal: AbortSignal.timeout(patience),
  });
  return runChecks(options.name === undefined ? checks : traceSteps(options.name), desktop);
}

/** The installed service's state, for any user. */
function ofService(): string | undefined {
  const { stateFolder } = platform.places;
  return existsSync(stateFolder) ? stateFolder : undefined;
}

/** Where the resolver is at fault, `localhost` may be a name that nobody knows, so the server is asked by address. */
async function atLoopback<Answer>(
  options: ServerFlags,
  ask: (place: ServerFlags) => Promise<Answer | undefined>,
): Promise<Answer | undefined> {
  if (options.host !== undefined) return ask(options);
  const answer = await ask({ ...options, host: "127.0.0.1" });
  return answer ?? ask({ ...options, host: "::1" }).catch(() => undefined);
}

/** Asks as the user's watcher would. */
async function allowedDomains({ host, port = installedPort() }: ServerFlags): Promise<readonly string[] | undefined> {
  const ownFile = ownPlaces().tokenFile;
  const token = existsSync(ownFile) ? findWatchToken(undefined, { port, ownFile }) : undefined;
  if (token?.user === undefined) return undefined;
  return openServer({ host: host ?? installedHost(), port, token }, token.user).allowedDomains();
}

function show(outcomes: readonly CheckOutcome[], { name, json, quiet = false }: DoctorOptions): void {
  const report = toReport(outcomes, name === undefined ? "grade" : "step");
  process.stdout.write(
    json === true
      ? `${printableJSON(report, 2)}\n`
      : renderReport(report, terminalOf(process.stdout), { isQuiet: quiet, isTrace: name !== undefined }),
  );
}

function talkOf(repaired: readonly Repaired[]): void {
  for (const { commands, failure } of repaired) {
    const outcome = failure === undefined ? "done" : `FAILED, ${failure}`;
    process.stderr.write(`${commands.join("; ")}: ${outcome}\n`);
  }
}
