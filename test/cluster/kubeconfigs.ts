/** Kubeconfigs as users and tools write them, for a real API server. */
import type { APIServer } from "./api-server.ts";
import { inNamespace } from "./kubernetes.ts";

export interface ContextOptions {
  readonly name: string;
  /** URL of the API server. */
  readonly server: string;
  /** Path of the certificate of its authority. */
  readonly authority?: string;
  readonly cluster?: object;
  readonly user?: object;
  readonly namespace?: string;
}

/** The text of one. */
export function kubeconfigWith(...contexts: readonly ContextOptions[]): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": contexts[0]?.name ?? "",
    clusters: contexts.map(({ name, server, authority, cluster }) => ({
      name,
      cluster: { server, "certificate-authority": authority, ...cluster },
    })),
    users: contexts.map(({ name, user = administrator }) => ({ name, user })),
    contexts: contexts.map(({ name, namespace }) => ({ name, context: { cluster: name, user: name, namespace } })),
  });
}

/** The user of the API servers of these tests who may do everything. */
export const administrator = { token: "administrator-token" };

/** URLs that all lead to one API server, each of which counts as another cluster. */
export function urlsOf({ port }: Pick<APIServer, "port">): readonly string[] {
  const hosts = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "0x7f.1",
    "0177.1",
    "2130706433",
    "0x7f000001",
    "127.0.0x1",
    "0x7f.0.1",
    "0x7f.0.0.1",
  ];
  return hosts.map((host) => `https://${host}:${port}`);
}

export interface Rule {
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
}

/** Makes a service account that may do what the rules say, in its namespace or everywhere, and returns a token of it. */
export async function accountToken(
  kubeconfig: string,
  given: {
    readonly name: string;
    readonly namespace: string;
    readonly rules: readonly Rule[];
    readonly everywhere?: boolean;
  },
): Promise<string> {
  const { name, namespace, rules, everywhere = false } = given;
  const cluster = inNamespace(kubeconfig, namespace);
  const group = "rbac.authorization.k8s.io";
  const prefix = everywhere ? "Cluster" : "";
  const metadata = everywhere ? { name } : { name, namespace };
  const full = rules.map(({ apiGroups = ["*"], ...rule }) => ({ apiGroups, ...rule }));
  await cluster.apply(
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
    { apiVersion: `${group}/v1`, kind: `${prefix}Role`, metadata, rules: full },
    {
      apiVersion: `${group}/v1`,
      kind: `${prefix}RoleBinding`,
      metadata,
      roleRef: { apiGroup: group, kind: `${prefix}Role`, name },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
  );
  return (await cluster.kubectl("create", "token", name, "--duration=1h")).trim();
}
