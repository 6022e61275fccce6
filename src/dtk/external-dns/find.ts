/** Finds the ExternalDNS of a cluster in any namespace, with its pods and the flags that it is started with. */
import * as z from "zod/mini";
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import { type Pod, type Workload, deploymentSchema, readPods } from "../release/workload.ts";
import { type CommandLine, readFlags } from "./flags.ts";
import { type InstalledBy, originOf } from "./origin.ts";
import { type ExternalDNSSettings, describeSettings } from "./settings.ts";
import { type Version, versionOf } from "./version.ts";

const reference = z.object({ name: z.string(), key: z.string() });

const containerSchema = z.object({
  name: z.string(),
  image: z.optional(z.string()),
  command: z.optional(z.nullable(z.array(z.string()))),
  args: z.optional(z.nullable(z.array(z.string()))),
  env: z.optional(
    z.nullable(
      z.array(
        z.object({
          name: z.string(),
          value: z.optional(z.string()),
          valueFrom: z.optional(z.object({ secretKeyRef: z.optional(reference) })),
        }),
      ),
    ),
  ),
});

const schema = z.object({
  metadata: z.extend(deploymentSchema.shape.metadata, {
    name: z.string(),
    namespace: z.string(),
    managedFields: z.optional(
      z.array(z.object({ manager: z.optional(z.string()), fieldsV1: z.optional(z.unknown()) })),
    ),
  }),
  spec: z.extend(deploymentSchema.shape.spec, {
    selector: z.object({ matchLabels: z.optional(z.record(z.string(), z.string())) }),
    template: z.object({
      spec: z.object({ hostNetwork: z.optional(z.boolean()), containers: z.array(containerSchema) }),
    }),
  }),
  status: deploymentSchema.shape.status,
});

type FoundDeployment = z.infer<typeof schema>;
type Container = z.infer<typeof containerSchema>;
/** Where a Secret holds a value. */
export type SecretReference = z.infer<typeof reference>;

export interface ExternalDNS {
  readonly namespace: string;
  readonly name: string;
  readonly workload: Workload;
  readonly origin: InstalledBy;
  /** Whether its pod has the node's own addresses (hostNetwork). */
  readonly isOnNode: boolean;
  /** Which of the containers it is, and its arguments as they are written. */
  readonly container: { readonly index: number; readonly parameters: readonly string[] };
  readonly version: Version | undefined;
  readonly settings: ExternalDNSSettings;
  /** The Secrets that its environment is filled from, by variable. */
  readonly secrets: ReadonlyMap<string, SecretReference>;
}

/**
 * Finds them, those with the webhook provider first; others, as for a public zone, may be beside it.
 *
 * @throws TroubleError when the cluster does not answer or refuses
 */
export async function findExternalDNS(api: KubernetesAPI): Promise<readonly ExternalDNS[]> {
  const list = await api.read("/apis/apps/v1/deployments", z.object({ items: z.nullable(z.array(schema)) }));
  const found = (list?.items ?? []).flatMap((deployment) => {
    const index = deployment.spec.template.spec.containers.findIndex(isExternalDNS);
    return index === -1 ? [] : [toExternalDNS(api, deployment, index)];
  });
  const all = await Promise.all(found);
  return [...all.filter(isForWebhook), ...all.filter((other) => !isForWebhook(other))];
}

/** Whether it calls a webhook. */
export function isForWebhook({ settings }: Pick<ExternalDNS, "settings">): boolean {
  return settings.provider === "webhook";
}

function isExternalDNS({ image = "", args }: Container): boolean {
  const hasFlags = args?.some((word) => word.startsWith("--provider")) === true;
  return hasFlags && (/external-dns/.test(image) || args.some((word) => word.startsWith("--source")));
}

async function toExternalDNS(api: KubernetesAPI, deployment: FoundDeployment, index: number): Promise<ExternalDNS> {
  const { metadata, spec } = deployment;
  const { namespace, name } = metadata;
  const container = spec.template.spec.containers[index];
  const [pods, line, origin] = await Promise.all([
    readPods(api, namespace, selectorOf(spec.selector.matchLabels ?? {})),
    readCommandLine(api, namespace, container),
    originOf(api, metadata),
  ]);
  const version = versionOf(container?.image ?? "");
  return {
    namespace,
    name,
    workload: { deployment, pods },
    origin,
    isOnNode: spec.template.spec.hostNetwork === true,
    container: { index, parameters: container?.args ?? [] },
    version,
    settings: describeSettings(readFlags(line), version),
    secrets: new Map(secretsOf(container)),
  };
}

function selectorOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}

function secretsOf(container: Container | undefined): readonly (readonly [string, SecretReference])[] {
  return (container?.env ?? []).flatMap(({ name, valueFrom }) =>
    valueFrom?.secretKeyRef === undefined ? [] : [[name, valueFrom.secretKeyRef] as const],
  );
}

/** A Secret that may not be read leaves its variable as it is written. */
async function readCommandLine(
  api: KubernetesAPI,
  namespace: string,
  container: Container | undefined,
): Promise<CommandLine> {
  const plain = (container?.env ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]));
  const secret = secretsOf(container).map(async ([name, from]) => {
    const value = await readSecret(api, namespace, from).catch(() => undefined);
    return value === undefined ? [] : [[name, value]];
  });
  const environment = Object.fromEntries([...plain, ...(await Promise.all(secret)).flat()]) as Record<string, string>;
  return { parameters: container?.args ?? [], environment };
}

async function readSecret(api: KubernetesAPI, namespace: string, from: SecretReference): Promise<string | undefined> {
  const shape = z.object({ data: z.optional(z.record(z.string(), z.string())) });
  const secret = await api.read(`/api/v1/namespaces/${namespace}/secrets/${from.name}`, shape);
  const encoded = secret?.data?.[from.key];
  return encoded === undefined ? undefined : Buffer.from(encoded, "base64").toString("utf8");
}

/** The pod that tells most: the newest that is not on its way out. */
export function newestPod({ workload }: Pick<ExternalDNS, "workload">): Pod | undefined {
  return workload.pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .toSorted((left, right) =>
      (right.metadata.creationTimestamp ?? "").localeCompare(left.metadata.creationTimestamp ?? ""),
    )[0];
}
