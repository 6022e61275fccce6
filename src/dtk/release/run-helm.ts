/** Runs Helm, version 3 or 4, with argument arrays and never a shell. */
import { TroubleError } from "../../base/trouble.ts";
import { type ClusterPlace, helmPlace } from "../../kubernetes/place.ts";
import { type Ran, runProgram } from "../../base/process.ts";
import { platform } from "../../platform/current.ts";
import { isRoot } from "../../platform/user.ts";

interface HelmRun {
  readonly place: ClusterPlace;
  /** Written to its standard input, for `--values -`. */
  readonly input?: string;
}

/**
 * Runs Helm to its end.
 *
 * @returns its standard output
 * @throws TroubleError `helm-missing`, `helm-failed` or `login-program-refused` (exit 3)
 */
export async function runHelm(parameters: readonly string[], options: HelmRun): Promise<string> {
  const ran = await run(parameters, options);
  if (ran.ok) return ran.output;
  throw troubleOf(ran, parameters);
}

/** As {@link runHelm}, but a release that is not there is undefined. */
export async function askHelm(parameters: readonly string[], options: HelmRun): Promise<string | undefined> {
  const ran = await run(parameters, options);
  if (ran.ok) return ran.output;
  if (isReleaseMissing(ran)) return undefined;
  throw troubleOf(ran, parameters);
}

async function run(parameters: readonly string[], { place, input }: HelmRun): Promise<Ran> {
  if (isRoot()) await requirePermission(place);
  return runProgram("helm", [...parameters, ...helmPlace(place)], input === undefined ? {} : { input });
}

function troubleOf({ isMissing, complaint }: Ran, parameters: readonly string[]): TroubleError {
  return isMissing ? helmMissing() : helmFailed(parameters, complaint);
}

/** Helm runs the login program of a kubeconfig itself, as the user that Helm runs as. */
async function requirePermission(place: ClusterPlace): Promise<void> {
  const { openedPlainly } = await import("../../kubernetes/kubeconfig.ts");
  if (openedPlainly(place) !== undefined) return;
  const { permitAsRoot } = await import("../../kubernetes/client-kubeconfig.ts");
  permitAsRoot(place, "helm");
}

/**
 * Whether Helm failed because there is no such release. Helm says it in words alone: every failure exits with 1, and its
 * error is `release: not found` (helm, pkg/storage/driver/driver.go, ErrReleaseNotFound).
 */
function isReleaseMissing({ complaint }: Ran): boolean {
  return /release: not found/i.test(complaint);
}

function helmMissing(): TroubleError {
  const message = "There is no helm on PATH, with which dtk installs ExternalDNS's chart.";
  const example = platform.commands.asRoot("snap install helm --classic");
  const hint = `Install it as https://helm.sh/docs/intro/install/ says (for example: ${example}).`;
  return new TroubleError({ code: "helm-missing", message, hint }, { exitCode: 3 });
}

function helmFailed(parameters: readonly string[], said: string): TroubleError {
  const message = `helm ${parameters.slice(0, 2).join(" ")} failed: ${said}`;
  const hint = "Helm's own words say what is wrong; dtk install-addon external-dns --dry-run shows what it was given.";
  return new TroubleError({ code: "helm-failed", message, hint }, { exitCode: 3 });
}
