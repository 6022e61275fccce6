/** Runs Helm, version 3 or 4, with argument arrays and never a shell. */
import { ExecaError, execa } from "execa";
import { TroubleError } from "../../trouble.ts";
import { type ClusterPlace, helmPlace } from "../kubernetes/kubeconfig.ts";

export interface HelmRun {
  readonly place: ClusterPlace;
  /** Written to its standard input, for `--values -`. */
  readonly input?: string;
}

/**
 * Runs Helm to its end.
 *
 * @returns its standard output
 * @throws TroubleError `helm-missing` or `helm-failed` (exit 3)
 */
export async function runHelm(parameters: readonly string[], { place, input }: HelmRun): Promise<string> {
  try {
    const words = [...parameters, ...helmPlace(place)];
    const { stdout } = await execa("helm", words, { stripFinalNewline: false, ...(input !== undefined && { input }) });
    return stdout;
  } catch (error) {
    throw error instanceof ExecaError && error.code !== "ENOENT" ? helmFailed(parameters, error) : helmMissing(error);
  }
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

function helmMissing(cause: unknown): TroubleError {
  const message = "There is no helm on PATH, with which dtk installs ExternalDNS's chart.";
  const hint = "Get it as https://helm.sh/docs/intro/install/ says (for example: sudo snap install helm --classic).";
  return new TroubleError({ code: "helm-missing", message, hint }, { exitCode: 3, cause });
}

function helmFailed(parameters: readonly string[], cause: ExecaError): TroubleError {
  const said = String(cause.stderr ?? "").trim() || cause.shortMessage;
  const message = `helm ${parameters.slice(0, 2).join(" ")} failed: ${said}`;
  const hint = "Helm's own words say what is wrong; dtk install-addon external-dns --dry-run shows what it was given.";
  return new TroubleError({ code: "helm-failed", message, hint }, { exitCode: 3, cause });
}
