/** Takes the add-on away: release, Secret, namespace where dtk made it, and what the server has of the cluster. */
import * as z from "zod/mini";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterName } from "../../records/cluster.ts";
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import { tokenSecret } from "../release/values.ts";
import { askHelm } from "../release/run-helm.ts";
import { releaseName, releaseNamespace } from "../release/names.ts";
import { deleteNamespace, readRecord, removeRecord } from "../release/record.ts";
import { removeToken } from "../release/secret.ts";
import { readWorkload } from "../release/workload.ts";
import type { Server } from "../../client/server.ts";
import { forgetStep, isOfExternalDNS } from "./settings.ts";
import type { Intent, Say } from "./intent.ts";
import type { Installed } from "./situation.ts";

/** What there is to take away. */
export interface Removal {
  readonly release: boolean;
  readonly secret: boolean;
  /** Whether the namespace goes; else why it stays. */
  readonly namespace: { readonly goes: true } | { readonly goes: false; readonly why: string };
  /** The cluster's name at the server, if the server knows it. */
  readonly cluster: ClusterName | undefined;
}

/** Plans; nothing is changed. */
export async function planRemoval(known: {
  readonly api: KubernetesAPI;
  readonly installed: Installed;
  /** What the server knows; undefined when none answers. */
  readonly clusters: readonly (Parameters<typeof isOfExternalDNS>[0] & { readonly name: string })[] | undefined;
  readonly cluster: ClusterName;
}): Promise<Removal> {
  const { api, installed } = known;
  const cluster = installed.namespace.record?.cluster ?? known.cluster;
  const there = known.clusters?.find(({ name }) => name === cluster);
  return {
    release: installed.revision !== undefined,
    secret: installed.token !== undefined,
    namespace: await judgeNamespace(api, installed),
    cluster: there !== undefined && isOfExternalDNS(there) ? cluster : undefined,
  };
}

/** Kinds in which people keep things; what Kubernetes itself puts into every namespace does not count. */
const kinds = [
  "/api/v1/namespaces/NS/pods",
  "/api/v1/namespaces/NS/services",
  "/api/v1/namespaces/NS/configmaps",
  "/api/v1/namespaces/NS/secrets",
  "/api/v1/namespaces/NS/serviceaccounts",
  "/api/v1/namespaces/NS/persistentvolumeclaims",
  "/apis/apps/v1/namespaces/NS/deployments",
  "/apis/apps/v1/namespaces/NS/statefulsets",
  "/apis/apps/v1/namespaces/NS/daemonsets",
  "/apis/batch/v1/namespaces/NS/jobs",
  "/apis/batch/v1/namespaces/NS/cronjobs",
  "/apis/networking.k8s.io/v1/namespaces/NS/ingresses",
];

const itemSchema = z.object({
  metadata: z.object({
    name: z.string(),
    labels: z.optional(z.record(z.string(), z.string())),
    annotations: z.optional(z.record(z.string(), z.string())),
  }),
});

async function judgeNamespace(api: KubernetesAPI, { namespace }: Installed): Promise<Removal["namespace"]> {
  if (!namespace.exists) return { goes: false, why: "it is not there" };
  if (namespace.record?.ownsNamespace !== true) return { goes: false, why: "dtk did not make it" };
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      const path = kind.replace("NS", releaseNamespace);
      const found = await api.read(path, z.object({ items: z.nullable(z.array(itemSchema)) }));
      return (found?.items ?? [])
        .filter((item) => !isOurs(item) && !isOfKubernetes(kind, item))
        .map((item) => `${kind.split("/").at(-1)}/${item.metadata.name}`);
    }),
  );
  const [first, ...others] = lists.flat();
  if (first === undefined) return { goes: true };
  return { goes: false, why: `${first}${others.length === 0 ? " is" : ` and ${others.length} more are`} in it` };
}

function isOurs({ metadata: { name, labels = {}, annotations = {} } }: z.infer<typeof itemSchema>): boolean {
  const isHelms = labels["owner"] === "helm" && labels["name"] === releaseName;
  const isOfRelease =
    labels["app.kubernetes.io/instance"] === releaseName || annotations["meta.helm.sh/release-name"] === releaseName;
  return isHelms || isOfRelease || name === tokenSecret.name;
}

/** What the controllers put into each namespace. */
function isOfKubernetes(kind: string, { metadata: { name } }: z.infer<typeof itemSchema>): boolean {
  return kind.endsWith("/serviceaccounts") ? name === "default" : name === "kube-root-ca.crt";
}

/**
 * Takes it away; ExternalDNS first, so that it does not bring back at the server what is forgotten there.
 *
 * @param given - `server` is undefined when none answers
 */
export async function uninstall(
  { place }: Pick<Intent, "place">,
  given: {
    readonly api: KubernetesAPI;
    readonly installed: Installed;
    readonly server: Server | undefined;
    readonly removal: Removal;
  },
  say: Say,
): Promise<void> {
  const { api, installed, server, removal } = given;
  if (removal.release) {
    await askHelm(["uninstall", releaseName, "--namespace", releaseNamespace], { place });
    await waitUntilGone(async () => (await readWorkload(api)).pods.length === 0, "ExternalDNS", say);
    say("Removed the release external-dns.");
  }
  if (removal.secret) {
    await removeToken(api);
    say("Removed the Secret with the token.");
  }
  if (removal.cluster !== undefined && server !== undefined) {
    const { method, path } = forgetStep(removal.cluster);
    await server.change(method, path);
    say(`Removed from the server what ExternalDNS sent of the cluster ${removal.cluster}.`);
  }
  if (removal.namespace.goes) {
    await deleteNamespace(api);
    const isGone = await waitUntilGone(
      async () => !(await readRecord(api)).exists,
      `the namespace ${releaseNamespace}`,
      say,
    );
    if (!isGone) return say(`The namespace ${releaseNamespace} is being deleted; Kubernetes has not ended it yet.`);
    say(`Removed the namespace ${releaseNamespace}.`);
    return;
  }
  if (installed.namespace.record !== undefined) await removeRecord(api);
  if (installed.namespace.exists) say(`Kept the namespace ${releaseNamespace}: ${removal.namespace.why}.`);
}

/** Tries, one a half second: a pod has 30 s to end. */
const mostTries = 80;

async function waitUntilGone(isGone: () => Promise<boolean>, what: string, say: Say): Promise<boolean> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    if (await isGone()) return true;
    if (tries === 0) say(`Waiting for ${what} to end ...`);
    await sleep(500);
  }
  return false;
}
