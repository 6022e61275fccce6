/** The Secret with the cluster's webhook token: the one place in the cluster that holds the token. */
import * as z from "zod/mini";
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import { tokenSecret } from "./values.ts";
import { releaseNamespace } from "./names.ts";

const collection = `/api/v1/namespaces/${releaseNamespace}/secrets`;
const path = `${collection}/${tokenSecret.name}`;

const secretSchema = z.object({ data: z.optional(z.record(z.string(), z.string())) });

/** The token that the cluster has, or undefined. */
export async function readToken(api: KubernetesAPI): Promise<string | undefined> {
  const secret = await api.read(path, secretSchema);
  const encoded = secret?.data?.[tokenSecret.key];
  return encoded === undefined ? undefined : Buffer.from(encoded, "base64").toString("utf8");
}

/**
 * Brings the Secret up to date.
 *
 * @param present - the token that the cluster has
 * @param wanted - undefined removes the Secret
 */
export async function writeToken(
  api: KubernetesAPI,
  { present, wanted }: { readonly present: string | undefined; readonly wanted: string | undefined },
): Promise<void> {
  if (present === wanted) return;
  if (wanted === undefined) return removeToken(api);
  const data = { [tokenSecret.key]: Buffer.from(wanted).toString("base64") };
  const body = { metadata: { name: tokenSecret.name }, data };
  const patched = await api.send({ method: "PATCH", path, body });
  if (patched === undefined) await api.send({ method: "POST", path: collection, body: { ...body, type: "Opaque" } });
}

/** Deletes the Secret; one that is not there is fine. */
export async function removeToken(api: KubernetesAPI): Promise<void> {
  await api.send({ method: "DELETE", path });
}
