/** What can be wrong with the way to a cluster, in words. */
import * as z from "zod/mini";
import { TroubleError } from "../base/trouble.ts";
import { parseJSON } from "../base/json.ts";

/** The trouble of an API server that gives no answer. */
export function clusterUnreachable(server: string, cause: unknown): TroubleError {
  const message = `The cluster at ${server || "(no server in the kubeconfig)"} does not answer: ${reasonOf(cause)}.`;
  const hint = "Another cluster is named with --kubeconfig and --context. Does this one run? Try:";
  const command = "kubectl cluster-info";
  return new TroubleError({ code: "cluster-unreachable", message, hint, command }, { exitCode: 3, cause });
}

/** The trouble of an API server that says no; one that does not know who asks has a code of its own. */
export function clusterRefused(answer: {
  readonly server: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly text: string;
}): TroubleError {
  const { server, method, path, status, text } = answer;
  if (status === 401) return clusterLoginRefused(server, sentenceOf(text));
  const message = `The cluster at ${server} refused ${method} ${path} with ${status}: ${sentenceOf(text)}`;
  const hint =
    status === 403
      ? "Use a kubeconfig of an administrator: --kubeconfig FILE, or cluster.admin-kubeconfig in config.yaml."
      : "See what the sentence says; kubectl shows more.";
  return new TroubleError({ code: "cluster-refused", message, hint }, { exitCode: 3 });
}

/**
 * The trouble of credentials that the API server does not take.
 *
 * @param sentence - the API server's own
 */
export function clusterLoginRefused(server: string, sentence: string): TroubleError {
  const message = `The cluster at ${server} does not take the credentials of the kubeconfig: ${sentence.replace(/\.$/, "")}.`;
  const hint = "They may have expired. Renew them as for kubectl, which asks the same way:";
  return new TroubleError(
    { code: "cluster-login-refused", message, hint, command: "kubectl cluster-info" },
    { exitCode: 3 },
  );
}

/** How another kubeconfig is named: dtk's configuration may do so, which the watcher does not read. */
const byConfiguration = "with --kubeconfig FILE or cluster.admin-kubeconfig in config.yaml";
const byWatcher = "with --kubeconfig FILE or in $KUBECONFIG";

/** The trouble of a kubeconfig that cannot be used. */
export function kubeconfigUnusable(message: string, cause?: unknown, ways = byConfiguration): TroubleError {
  const hint = `Name another ${ways}, its context with --context.`;
  return new TroubleError({ code: "kubeconfig-unusable", message, hint }, { exitCode: 3, cause });
}

/** The same where the watcher reads it. */
export function watchedKubeconfigUnusable(message: string, cause?: unknown): TroubleError {
  return kubeconfigUnusable(message, cause, byWatcher);
}

/** The trouble of no kubeconfig at all. */
export function kubeconfigMissing(): TroubleError {
  return noKubeconfig("neither $KUBECONFIG nor ~/.kube/config is there", byConfiguration);
}

/** The same where the watcher looked at these paths. */
export function watchedKubeconfigMissing(paths: readonly string[]): TroubleError {
  return noKubeconfig(`nothing is at ${paths.join(" or ")}`, byWatcher);
}

function noKubeconfig(where: string, ways: string): TroubleError {
  const message = `There is no kubeconfig: ${where}.`;
  const hint = `Name one ${ways}.`;
  return new TroubleError({ code: "kubeconfig-missing", message, hint }, { exitCode: 3 });
}

/** What went wrong, in a few words. */
export function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return [...new Set(cause.errors.map(reasonOf))].join("; ");
  if (!(cause instanceof Error)) return String(cause);
  if (cause.name === "TimeoutError" || cause.name === "AbortError") return "no answer within 10 seconds";
  return cause.message.replace(/\.$/, "");
}

/** The API server's own sentence (meta/v1 Status). */
function sentenceOf(text: string): string {
  const status = z.safeParse(z.object({ message: z.string() }), parseJSON(text));
  return status.data?.message ?? text.trim().slice(0, 300);
}
