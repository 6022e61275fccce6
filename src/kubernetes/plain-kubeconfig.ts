/** Reads a kubeconfig of the plain kind that kind, k3d, minikube and kubeadm write, in a fraction of the client's time. */
import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import * as z from "zod/mini";
import type { Connection } from "./api.ts";
import type { ClusterPlace } from "./place.ts";

const text = z.optional(z.string());

/** Strict: a key that is not known here (`exec`, `proxy-url`) is for the client to understand. */
const clusterSchema = z.strictObject({
  server: z.string().check(z.startsWith("https://")),
  "certificate-authority": text,
  "certificate-authority-data": text,
  "insecure-skip-tls-verify": z.optional(z.boolean()),
  "tls-server-name": text,
  extensions: z.optional(z.unknown()),
});

const userSchema = z.strictObject({
  token: text,
  "client-certificate": text,
  "client-certificate-data": text,
  "client-key": text,
  "client-key-data": text,
});

const named = z.array(z.object({ name: z.string() }));

const fileSchema = z.object({
  "current-context": text,
  clusters: z.array(z.object({ name: z.string(), cluster: z.unknown() })),
  users: z.array(z.object({ name: z.string(), user: z.unknown() })),
  contexts: z.array(z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) })),
});

/**
 * Reads it.
 *
 * @param path - one file
 * @returns undefined when the file is of another kind, or there is something wrong with it
 */
export function readPlainKubeconfig(path: string, context: ClusterPlace["context"]): Connection | undefined {
  try {
    return connectionOf(fileSchema.parse(parse(readFileSync(path, "utf8"))), dirname(path), context);
  } catch {
    return undefined;
  }
}

function connectionOf(
  file: z.infer<typeof fileSchema>,
  folder: string,
  wanted: string | undefined,
): Connection | undefined {
  const context = find(file.contexts, wanted ?? file["current-context"])?.context;
  const cluster = clusterSchema.parse(find(file.clusters, context?.cluster)?.cluster);
  const user = userSchema.parse(find(file.users, context?.user)?.user);
  const read = (data: string | undefined, name: string | undefined): Buffer | undefined => {
    if (data !== undefined) return Buffer.from(data, "base64");
    return name === undefined ? undefined : readFileSync(resolve(folder, name));
  };
  const agent = new Agent({
    ca: read(cluster["certificate-authority-data"], cluster["certificate-authority"]),
    cert: read(user["client-certificate-data"], user["client-certificate"]),
    key: read(user["client-key-data"], user["client-key"]),
    rejectUnauthorized: cluster["insecure-skip-tls-verify"] !== true,
    ...(cluster["tls-server-name"] !== undefined && { servername: cluster["tls-server-name"] }),
  });
  const headers = user.token === undefined ? {} : { authorization: `Bearer ${user.token}` };
  return { server: cluster.server, options: { agent, headers } };
}

function find<Item extends z.infer<typeof named>[number]>(
  items: readonly Item[],
  name: string | undefined,
): Item | undefined {
  return items.find((item) => item.name === name);
}
