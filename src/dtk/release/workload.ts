/** The Deployment that the chart made, its pods and their logs, as far as they are watched. */
import * as z from "zod/mini";
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import { podSelector, releaseName, releaseNamespace } from "./names.ts";

const apps = `/apis/apps/v1/namespaces/${releaseNamespace}`;
const core = `/api/v1/namespaces/${releaseNamespace}`;

const optionalNumber = z.optional(z.number());

export const deploymentSchema = z.object({
  metadata: z.object({
    generation: optionalNumber,
    labels: z.optional(z.record(z.string(), z.string())),
    annotations: z.optional(z.record(z.string(), z.string())),
  }),
  spec: z.object({ replicas: optionalNumber }),
  status: z.object({
    observedGeneration: optionalNumber,
    replicas: optionalNumber,
    updatedReplicas: optionalNumber,
    availableReplicas: optionalNumber,
  }),
});

const stateSchema = z.optional(
  z.object({
    waiting: z.optional(z.object({ reason: z.optional(z.string()), message: z.optional(z.string()) })),
    terminated: z.optional(
      z.object({ exitCode: z.number(), reason: z.optional(z.string()), message: z.optional(z.string()) }),
    ),
  }),
);

const podSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.optional(z.string()),
    creationTimestamp: z.optional(z.string()),
    deletionTimestamp: z.optional(z.string()),
    labels: z.optional(z.record(z.string(), z.string())),
  }),
  status: z.object({
    phase: z.optional(z.string()),
    conditions: z.optional(
      z.nullable(
        z.array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.optional(z.nullable(z.string())),
            message: z.optional(z.nullable(z.string())),
          }),
        ),
      ),
    ),
    containerStatuses: z.optional(
      z.nullable(z.array(z.object({ restartCount: z.number(), state: stateSchema, lastState: stateSchema }))),
    ),
  }),
});

export type Deployment = z.infer<typeof deploymentSchema>;
export type Pod = z.infer<typeof podSchema>;

export interface Workload {
  readonly deployment: Deployment | undefined;
  readonly pods: readonly Pod[];
}

/** Reads the Deployment and its pods. */
export async function readWorkload(api: KubernetesAPI): Promise<Workload> {
  const [deployment, pods] = await Promise.all([readDeployment(api), readPods(api, releaseNamespace, podSelector)]);
  return { deployment, pods };
}

/** Reads the pods that a label selector chooses. */
export async function readPods(api: KubernetesAPI, namespace: string, selector: string): Promise<readonly Pod[]> {
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector)}`;
  const pods = await api.read(path, z.object({ items: z.nullable(z.array(podSchema)) }));
  return pods?.items ?? [];
}

/** Reads the Deployment. */
async function readDeployment(api: KubernetesAPI): Promise<Deployment | undefined> {
  return api.read(`${apps}/deployments/${releaseName}`, deploymentSchema);
}

/** Helm's newest revision of the release and its state, out of the labels of its Secrets (helm.sh/helm pkg/storage/driver). */
export async function readRevision(
  api: KubernetesAPI,
): Promise<{ readonly revision: number; readonly status: string } | undefined> {
  const selector = encodeURIComponent(`owner=helm,name=${releaseName}`);
  const shape = z.object({
    items: z.nullable(z.array(z.object({ metadata: z.object({ labels: z.record(z.string(), z.string()) }) }))),
  });
  const answer = await api.send({
    path: `${core}/secrets?labelSelector=${selector}`,
    accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
  });
  const items = z.parse(shape, JSON.parse(answer ?? '{"items":null}')).items ?? [];
  const revisions = items.map(({ metadata: { labels } }) => {
    return { revision: Number(labels["version"]), status: labels["status"] ?? "" };
  });
  return revisions.toSorted((left, right) => right.revision - left.revision)[0];
}

/** Lines of a log that are looked at. */
const tailLines = 30;

/**
 * Reads the end of a pod's log: of the container that ended last if it ended, else of the one that runs.
 *
 * @returns an empty text when there is none, or the node does not give it
 */
export async function readLog(api: KubernetesAPI, pod: Pod): Promise<string> {
  const { name, namespace = releaseNamespace } = pod.metadata;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/log?tailLines=${tailLines}`;
  const hasEnded = pod.status.containerStatuses?.some(({ lastState }) => lastState?.terminated !== undefined) === true;
  const previous = hasEnded ? await api.send({ path: `${path}&previous=true` }).catch(() => undefined) : undefined;
  if (previous !== undefined && previous.trim() !== "") return previous;
  const current = await api.send({ path }).catch(() => undefined);
  return current ?? "";
}
