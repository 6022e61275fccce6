/** Reads a kubeconfig of the plain kind that kind, k3d, minikube and kubeadm write, in a fraction of the client's time. */
import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import { resolve } from "node:path";
import * as z from "zod/mini";
import type { Connection } from "./api.ts";
import { type KubeconfigEntry, type Kubeconfig, readKubeconfigFile } from "./kubeconfig-file.ts";
import type { ClusterPlace } from "./place.ts";

// As in src/base/request.ts.
const { Agent: PlainAgent } = process.getBuiltinModule("node:http");

const text = z.optional(z.string());

/** Strict: a key that is not known here (`exec`, `proxy-url`) is for the client to understand. */
const clusterSchema = z.strictObject({
  server: z.string().check(z.regex(/^https?:\/\//)),
  "certificate-authority": text,
  "certificate-authority-data": text,
  "insecure-skip-tls-verify": z.optional(z.boolean()),
  "tls-server-name": text,
  extensions: z.optional(z.unknown()),
});

const userSchema = z.strictObject({
  token: text,
  tokenFile: text,
  "client-certificate": text,
  "client-certificate-data": text,
  "client-key": text,
  "client-key-data": text,
});

/**
 * Reads the connection of a context from one kubeconfig.
 *
 * @param path - one file
 * @returns undefined when the file is of another kind, or there is something wrong with it
 */
export function readPlainKubeconfig(path: string, context: ClusterPlace["context"]): Connection | undefined {
  const reading = readKubeconfigFile(path);
  return reading.kind === "read" ? plainConnection(reading.config, context) : undefined;
}

/**
 * Makes the connection of a context.
 *
 * @param wanted - its name; the current one when undefined
 * @returns undefined when it is of another kind, or there is something wrong with it
 */
function plainConnection(config: Kubeconfig, wanted: string | undefined): Connection | undefined {
  try {
    return openPlainly(config, wanted ?? config.currentContext ?? "");
  } catch {
    return undefined;
  }
}

/** Whether a context is of the plain kind, whatever is in the files that it names. */
export function isPlain({ contexts, clusters, users }: Kubeconfig, name: string): boolean {
  const { cluster = "", user = "" } = contexts.get(name)?.value ?? {};
  const { success } = z.safeParse(clusterSchema, clusters.get(cluster)?.value);
  return success && z.safeParse(userSchema, users.get(user)?.value).success;
}

/**
 * Makes the connection of a context that is of the plain kind. The files that it names are read now.
 *
 * @throws Error for a context of another kind, or a file that cannot be read
 */
export function openPlainly({ contexts, clusters, users }: Kubeconfig, name: string): Connection {
  const context = contexts.get(name)?.value;
  const { value: cluster, read: readOfCluster } = open(clusterSchema, clusters.get(context?.cluster ?? ""));
  const { value: user, read: readOfUser } = open(userSchema, users.get(context?.user ?? ""));
  const agent = cluster.server.startsWith("http://")
    ? new PlainAgent()
    : new Agent({
        ca: readOfCluster(cluster["certificate-authority-data"], cluster["certificate-authority"]),
        cert: readOfUser(user["client-certificate-data"], user["client-certificate"]),
        key: readOfUser(user["client-key-data"], user["client-key"]),
        rejectUnauthorized: cluster["insecure-skip-tls-verify"] !== true,
        ...(cluster["tls-server-name"] !== undefined && { servername: cluster["tls-server-name"] }),
      });
  // A file is renewed while the token beside it stays as it was.
  const token = readOfUser(undefined, user.tokenFile)?.toString("utf8").trim() ?? user.token;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return { server: cluster.server, options: { agent, headers } };
}

interface Opened<Value> {
  readonly value: Value;
  /** The bytes of what is given as base64, or in a file. */
  readonly read: (data: string | undefined, name: string | undefined) => Buffer | undefined;
}

/** @throws Error when there is no such entry, or it is of another kind */
function open<Schema extends z.core.$ZodType>(
  schema: Schema,
  entry: KubeconfigEntry | undefined,
): Opened<z.output<Schema>> {
  return {
    value: z.parse(schema, entry?.value),
    read: (data, name) => {
      if (data !== undefined) return Buffer.from(data, "base64");
      return name === undefined ? undefined : readFileSync(resolve(entry?.folder ?? "", name));
    },
  };
}
