/** The two ConfigMaps that a cluster's CoreDNS reads: its own, and the one for additions that k3s and many clouds import. */
import * as z from "zod/mini";
import type { KubernetesAPI } from "../../kubernetes/api.ts";

const collection = "/api/v1/namespaces/kube-system/configmaps";

const configMapSchema = z.object({
  metadata: z.object({
    name: z.string(),
    resourceVersion: z.string(),
    labels: z.optional(z.record(z.string(), z.string())),
  }),
  data: z.optional(z.nullable(z.record(z.string(), z.string()))),
});

export type ConfigMap = z.infer<typeof configMapSchema>;

/** What they hold now; undefined where there is none. */
export interface ConfigMaps {
  readonly coredns: ConfigMap | undefined;
  readonly custom: ConfigMap | undefined;
}

/** CoreDNS's own. */
export const mainPlace = { configMap: "coredns", key: "Corefile" } as const;

/** Ours in the one for additions; each key that ends in `.server` is imported. */
export const customPlace = { configMap: "coredns-custom", key: "hostsfile-server.server" } as const;

const ownLabel = { "app.kubernetes.io/managed-by": "dtk" };

/** Reads both. */
export async function readConfigMaps(api: KubernetesAPI): Promise<ConfigMaps> {
  const [coredns, custom] = await Promise.all(
    [mainPlace, customPlace].map(({ configMap }) => api.read(`${collection}/${configMap}`, configMapSchema)),
  );
  return { coredns, custom };
}

/**
 * Writes one key, unless the ConfigMap was changed in between.
 *
 * @param present - the ConfigMap as it was read
 * @param text - undefined removes the key, and the ConfigMap too where dtk made it and nothing else is in it
 * @throws TroubleError `cluster-refused` (exit 3), also when somebody else changed it in between
 */
export async function writeKey(
  api: KubernetesAPI,
  place: typeof mainPlace | typeof customPlace,
  present: ConfigMap | undefined,
  text: string | undefined,
): Promise<void> {
  const path = `${collection}/${place.configMap}`;
  if (present === undefined) {
    const metadata = { name: place.configMap, labels: ownLabel };
    await api.send({ method: "POST", path: collection, body: { metadata, data: { [place.key]: text } } });
    return;
  }
  const { resourceVersion, labels = {} } = present.metadata;
  const others = Object.keys(present.data ?? {}).filter((key) => key !== place.key);
  const isOurs = Object.entries(ownLabel).every(([name, value]) => labels[name] === value);
  if (text === undefined && isOurs && others.length === 0) {
    await api.send({ method: "DELETE", path, body: { preconditions: { resourceVersion } } });
    return;
  }
  const body = { metadata: { resourceVersion }, data: { [place.key]: text ?? null } };
  await api.send({ method: "PATCH", path, body });
}
