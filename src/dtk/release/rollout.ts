/** Judges from what the cluster says how far the new pods are, and waits for them by asking again. */
import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import { type Pod, type Workload, readWorkload } from "./workload.ts";

export type Rollout =
  | { readonly kind: "done" }
  | { readonly kind: "waiting"; readonly what: string }
  | { readonly kind: "failed"; readonly why: "crash" | "image"; readonly what: string; readonly pod: Pod };

/** After that many ends a container does not come right by waiting. */
const mostEnds = 2;

/** Reasons of a waiting container (k8s.io/kubernetes pkg/kubelet/images). */
export const imageTroubles: ReadonlySet<string> = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
]);

/** Judges the rollout as `kubectl rollout status` does (kubectl pkg/polymorphichelpers), and sees failures early. */
export function judgeRollout({ deployment, pods }: Workload): Rollout {
  if (deployment === undefined) return { kind: "waiting", what: "the Deployment" };
  const newest = newestPods(pods);
  const failure = newest.map(failureOf).find((found) => found !== undefined);
  if (failure !== undefined) return failure;
  const { metadata, spec, status } = deployment;
  const wanted = spec.replicas ?? 1;
  const isObserved = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  const counts = [status.updatedReplicas, status.replicas, status.availableReplicas];
  if (isObserved && counts.every((count) => (count ?? 0) === wanted)) return { kind: "done" };
  return { kind: "waiting", what: newest.map(describePod)[0] ?? "a pod" };
}

/** The pods of the newest template; those that are on their way out say nothing about it. */
function newestPods(pods: readonly Pod[]): readonly Pod[] {
  const living = pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .toSorted((left, right) =>
      (right.metadata.creationTimestamp ?? "").localeCompare(left.metadata.creationTimestamp ?? ""),
    );
  const hash = living[0]?.metadata.labels?.["pod-template-hash"];
  return living.filter(({ metadata }) => metadata.labels?.["pod-template-hash"] === hash);
}

function failureOf(pod: Pod): Rollout | undefined {
  const containers = pod.status.containerStatuses ?? [];
  for (const { state, lastState, restartCount } of containers) {
    const { reason = "", message = "" } = state?.waiting ?? {};
    if (imageTroubles.has(reason)) return { kind: "failed", why: "image", what: message || reason, pod };
    const ended = lastState?.terminated ?? state?.terminated;
    const hasCrashed = reason === "CrashLoopBackOff" || (restartCount >= mostEnds && ended !== undefined);
    if (hasCrashed) {
      const code = ended === undefined ? "" : ` with exit code ${ended.exitCode}`;
      return { kind: "failed", why: "crash", what: `it ended ${restartCount + 1} times${code}`, pod };
    }
  }
  return undefined;
}

function describePod({ metadata, status }: Pod): string {
  const waiting = status.containerStatuses
    ?.map(({ state }) => state?.waiting?.reason)
    .find((reason) => reason !== undefined);
  const unscheduled = status.conditions?.find(({ type, status: is }) => type === "PodScheduled" && is === "False");
  const detail = waiting ?? (unscheduled === undefined ? status.phase : `no node for it: ${unscheduled.message ?? ""}`);
  return `pod ${metadata.name}${detail === undefined ? "" : ` (${detail})`}`;
}

interface WaitOptions {
  readonly api: KubernetesAPI;
  /** Milliseconds. */
  readonly timeout: number;
  /** Told when what is waited for changes. */
  readonly progress: (what: string) => void;
}

const pause = 500;

/**
 * Waits until something is so, watching the pods meanwhile.
 *
 * @param isReached - asked each time the rollout is done
 * @param what - what is waited for then
 * @returns how it ended; `waiting` when the time was up
 */
export async function waitForRollout(
  { api, timeout, progress }: WaitOptions,
  { what, isReached }: { readonly what: string; readonly isReached: () => Promise<boolean> },
): Promise<Rollout & { readonly pods: readonly Pod[] }> {
  const end = performance.now() + timeout;
  let said = "";
  for (;;) {
    const workload = await readWorkload(api);
    const rollout = judgeRollout(workload);
    const { pods } = workload;
    if (rollout.kind === "failed") return { ...rollout, pods };
    if (rollout.kind === "done" && (await isReached())) return { ...rollout, pods };
    const waiting = rollout.kind === "done" ? what : rollout.what;
    if (performance.now() > end) return { kind: "waiting", what: waiting, pods };
    if (waiting !== said) progress(`waiting for ${waiting}`);
    said = waiting;
    await sleep(pause);
  }
}
