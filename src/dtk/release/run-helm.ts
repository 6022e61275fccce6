/** Runs Helm, version 3 or 4, with argument arrays and never a shell. */
import { TroubleError } from "../../base/trouble.ts";
import { type ClusterPlace, helmPlace } from "../../kubernetes/place.ts";
import { runProgram } from "../../base/process.ts";

export interface HelmRun {
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
export async function runHelm(parameters: readonly string[], { place, input }: HelmRun): Promise<string> {
  if (process.geteuid?.() === 0) await requirePermission(place);
  const words = [...parameters, ...helmPlace(place)];
  const ran = await runProgram("helm", words, input === undefined ? {} : { input });
  if (ran.ok) return ran.output;
  throw ran.isMissing ? helmMissing() : helmFailed(parameters, ran.complaint);
}

/** Helm runs the login program of a kubeconfig itself, as whoever Helm runs. */
async function requirePermission(place: ClusterPlace): Promise<void> {
  const { openedPlainly } = await import("../../kubernetes/kubeconfig.ts");
  if (openedPlainly(place) !== undefined) return;
  const { permitAsRoot } = await import("../../kubernetes/client-kubeconfig.ts");
  permitAsRoot(place, "helm");
}

/** As {@link runHelm}, but a release that is not there is undefined. */
export async function askHelm(parameters: readonly string[], run: HelmRun): Promise<string | undefined> {
  try {
    return await runHelm(parameters, run);
  } catch (error) {
    if (error instanceof TroubleError && /release: not found/i.test(error.message)) return undefined;
    throw error;
  }
}

function helmMissing(): TroubleError {
  const message = "There is no helm on PATH, with which dtk installs ExternalDNS's chart.";
  const hint = "Get it as https://helm.sh/docs/intro/install/ says (for example: sudo snap install helm --classic).";
  return new TroubleError({ code: "helm-missing", message, hint }, { exitCode: 3 });
}

function helmFailed(parameters: readonly string[], said: string): TroubleError {
  const message = `helm ${parameters.slice(0, 2).join(" ")} failed: ${said}`;
  const hint = "Helm's own words say what is wrong; dtk install-addon external-dns --dry-run shows what it was given.";
  return new TroubleError({ code: "helm-failed", message, hint }, { exitCode: 3 });
}
