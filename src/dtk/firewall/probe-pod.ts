/** Asks for the server from inside the cluster, by a pod that lives for a few seconds and is removed again. */
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod/mini";
import { TroubleError } from "../../base/trouble.ts";
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import { imageTroubles } from "../release/rollout.ts";

/** What the pod got to see: wget's words, or why no pod could run. */
export type ProbeOutcome =
  | { readonly kind: "ran"; readonly output: string }
  | { readonly kind: "could-not-run"; readonly why: string };

interface ProbeOptions {
  readonly api: KubernetesAPI;
  readonly namespace: string;
  /** Holds a shell and wget. */
  readonly image: string;
  /** The server's URL as the cluster calls it, without a token. */
  readonly url: string;
  /** Milliseconds, in which an image may have to be pulled. */
  readonly timeout: number;
}

/** Seconds that wget waits. */
const patience = 5;
const pause = 500;

const podSchema = z.object({
  metadata: z.object({ name: z.string() }),
  status: z.object({
    phase: z.optional(z.string()),
    conditions: z.optional(
      z.nullable(
        z.array(z.object({ type: z.string(), status: z.string(), message: z.optional(z.nullable(z.string())) })),
      ),
    ),
    containerStatuses: z.optional(
      z.nullable(
        z.array(
          z.object({
            state: z.optional(
              z.object({ waiting: z.optional(z.object({ reason: z.string(), message: z.optional(z.string()) })) }),
            ),
          }),
        ),
      ),
    ),
  }),
});

/** Runs the pod and removes it. */
export async function probeFromInside(options: ProbeOptions): Promise<ProbeOutcome> {
  const { api, namespace } = options;
  const collection = `/api/v1/namespaces/${namespace}/pods`;
  try {
    const created = await api.send({ method: "POST", path: collection, body: podOf(options) });
    const { metadata } = z.parse(podSchema, JSON.parse(created ?? "{}"));
    const path = `${collection}/${metadata.name}`;
    try {
      return await waitForPod(options, path);
    } finally {
      await api.send({ method: "DELETE", path: `${path}?gracePeriodSeconds=0` });
    }
  } catch (error) {
    if (error instanceof TroubleError && error.code === "cluster-refused")
      return { kind: "could-not-run", why: error.message };
    throw error;
  }
}

/** As little as a pod can be, so that strict clusters take it too (Pod Security Standards, restricted). */
function podOf({ image, url }: ProbeOptions): unknown {
  const container = {
    name: "probe",
    image,
    command: ["sh", "-c", `wget -S -T ${patience} -O - "$0" 2>&1`, `${url}/healthz`],
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
  };
  return {
    metadata: { generateName: "hostsfile-server-probe-", labels: { "app.kubernetes.io/managed-by": "dtk" } },
    spec: {
      restartPolicy: "Never",
      activeDeadlineSeconds: 120,
      automountServiceAccountToken: false,
      tolerations: [{ operator: "Exists" }],
      securityContext: { runAsNonRoot: true, runAsUser: 65_534, seccompProfile: { type: "RuntimeDefault" } },
      containers: [container],
    },
  };
}

async function waitForPod({ api, timeout }: ProbeOptions, path: string): Promise<ProbeOutcome> {
  const end = performance.now() + timeout;
  for (;;) {
    const pod = await api.read(path, podSchema);
    if (pod?.status.phase === "Succeeded" || pod?.status.phase === "Failed") {
      return { kind: "ran", output: (await api.send({ path: `${path}/log` })) ?? "" };
    }
    const isStuck = waitingOf(pod).some(({ reason }) => imageTroubles.has(reason));
    if (isStuck || performance.now() > end)
      return { kind: "could-not-run", why: pod === undefined ? "it is gone" : obstacleOf(pod) };
    await sleep(pause);
  }
}

function waitingOf(pod: z.infer<typeof podSchema> | undefined) {
  return (pod?.status.containerStatuses ?? []).flatMap(({ state }) => state?.waiting ?? []);
}

function obstacleOf(pod: z.infer<typeof podSchema>): string {
  const { status } = pod;
  const [waiting] = waitingOf(pod);
  if (waiting !== undefined) return `${waiting.reason}${waiting.message === undefined ? "" : `: ${waiting.message}`}`;
  const unscheduled = status.conditions?.find(({ type, status: is }) => type === "PodScheduled" && is === "False");
  return unscheduled?.message ?? `it is still ${status.phase ?? "unknown"}`;
}
