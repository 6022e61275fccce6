/** Remembers what dtk did in one annotation on the release's namespace, so that the record goes with the namespace. */
import * as z from "zod/mini";
import { type ClusterName, parseClusterName } from "../../records/cluster.ts";
import { parsedBy } from "../../base/text-schema.ts";
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import { releaseNamespace } from "./names.ts";
import { parseJSON } from "../../base/json.ts";

const recordAnnotation = "hostsfile-server/dtk";
const path = `/api/v1/namespaces/${releaseNamespace}`;

const clusterNameSchema = z.pipe(
  z.string(),
  parsedBy((text: string): ClusterName | undefined => parseClusterName(text), "a cluster's name"),
);

const shapeSchema = z.object({
  version: z.string(),
  appVersion: z.string(),
  extraArgs: z.enum(["list", "map"]),
  hasAnnotationPrefix: z.boolean(),
  hasServiceSwitch: z.boolean(),
  sidecarKeys: z.readonly(z.array(z.string())),
});

const recordSchema = z.object({
  /** The server's name for this cluster, and the domains that dtk set there. */
  cluster: clusterNameSchema,
  domains: z.array(z.string()),
  /** Whether dtk made the namespace. */
  ownsNamespace: z.boolean(),
  /** What was installed; missing while it never was to the end. */
  release: z.optional(
    z.object({
      /** Digest of everything that Helm was given. */
      inputs: z.string(),
      /** Helm's revision that came of it; another one means that somebody else changed the release. */
      revision: z.number(),
      /** As in chart-source.ts. */
      chart: z.string(),
      shape: shapeSchema,
    }),
  ),
});

export type InstallRecord = z.infer<typeof recordSchema>;

export type NamespaceState =
  | { readonly exists: false; readonly record: undefined }
  | { readonly exists: true; readonly record: InstallRecord | undefined };

const namespaceSchema = z.object({
  metadata: z.object({ annotations: z.optional(z.record(z.string(), z.string())) }),
});

/** Reads whether the namespace is there and what is remembered; a record that cannot be read counts as none. */
export async function readRecord(api: KubernetesAPI): Promise<NamespaceState> {
  const namespace = await api.read(path, namespaceSchema);
  if (namespace === undefined) return { exists: false, record: undefined };
  return { exists: true, record: parseRecord(namespace.metadata.annotations?.[recordAnnotation]) };
}

function parseRecord(text: string | undefined): InstallRecord | undefined {
  return text === undefined ? undefined : recordSchema.safeParse(parseJSON(text)).data;
}

/** Writes the record, and makes the namespace if it is not there. */
export async function writeRecord(api: KubernetesAPI, state: NamespaceState, record: InstallRecord): Promise<void> {
  const metadata = { name: releaseNamespace, annotations: { [recordAnnotation]: JSON.stringify(record) } };
  if (state.exists) await api.send({ method: "PATCH", path, body: { metadata } });
  else await api.send({ method: "POST", path: "/api/v1/namespaces", body: { metadata } });
}

/** Forgets the record; the namespace stays. */
export async function removeRecord(api: KubernetesAPI): Promise<void> {
  await api.send({ method: "PATCH", path, body: { metadata: { annotations: { [recordAnnotation]: null } } } });
}

/** Deletes the namespace. */
export async function deleteNamespace(api: KubernetesAPI): Promise<void> {
  await api.send({ method: "DELETE", path });
}
