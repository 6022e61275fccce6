/** Which contexts of the kubeconfigs are watched, under which names, and why the others are not. */
import { createHash } from "node:crypto";
import * as z from "zod/mini";
import type { Connection } from "../../kubernetes/api.ts";
import { isPlain, openPlainly } from "../../kubernetes/plain-kubeconfig.ts";
import { reasonOf, watchedKubeconfigUnusable } from "../../kubernetes/trouble.ts";
import type { Kubeconfig } from "../../kubernetes/kubeconfig-file.ts";
import { type ClusterName, parseClusterName } from "../../records/cluster.ts";

/** A cluster to watch. */
export interface WantedCluster {
  readonly name: ClusterName;
  /** The context that it is reached by. */
  readonly context: string;
  /** URL of the API server. */
  readonly server: string;
  readonly namespace: string | undefined;
  /** Reads the certificates and the token anew. Absent where the context needs a program or a proxy, which the Kubernetes client knows. */
  readonly open: (() => Connection) | undefined;
  /** Changes whenever the kubeconfigs say anything else about the connection. */
  readonly fingerprint: string;
  /** The same for contexts of one cluster. */
  readonly clusterKey: string;
}

/** A context whose cluster cannot have the name that is written like it. */
export interface RenamedContext {
  readonly context: string;
  readonly name: ClusterName;
  /** The context whose cluster has that name. */
  readonly holder: string;
}

export interface UnwatchedContext {
  readonly context: string;
  readonly server: string;
  readonly reason: "login-program" | "not-local" | "not-named" | "same-cluster" | "incomplete";
  /** One sentence. */
  readonly message: string;
  /** The flag that names it, where that would have it watched. */
  readonly flag?: string;
}

export interface ContextChoice {
  readonly clusters: readonly WantedCluster[];
  readonly others: readonly UnwatchedContext[];
  readonly renamed: readonly RenamedContext[];
}

export interface ContextOptions {
  /** Contexts that were named; none means the local ones. */
  readonly named: readonly string[];
  readonly all: boolean;
  readonly isLocal: (host: string) => Promise<boolean>;
  /** Contexts that are watched already: of several of one cluster such a one stays. */
  readonly present?: ReadonlySet<string>;
}

const clusterSchema = z.looseObject({ server: z.string() });

type Candidate = Omit<WantedCluster, "name">;

/**
 * Chooses the contexts. Of several of one cluster one is watched, since all show the same objects. Without further
 * word only local clusters with plain credentials are: a program may open a browser, and a cluster elsewhere may be
 * somebody's production.
 */
export async function chooseContexts(config: Kubeconfig, options: ContextOptions): Promise<ContextChoice> {
  const others: UnwatchedContext[] = [];
  const chosen = new Map<string, Candidate>();
  const { present } = options;
  const contexts = [...config.contexts.keys()].toSorted(
    (left, right) => Number(present?.has(right) === true) - Number(present?.has(left) === true),
  );
  for (const context of contexts) {
    const candidate = readCandidate(config, context);
    const refusal = candidate === undefined ? incomplete(context) : await refusalOf(candidate, options);
    const first = candidate && chosen.get(candidate.clusterKey);
    if (refusal !== undefined) others.push(refusal);
    else if (candidate === undefined) continue;
    else if (first === undefined) chosen.set(candidate.clusterKey, candidate);
    else others.push({ ...candidate, reason: "same-cluster", message: `It is the same cluster as ${first.context}.` });
  }
  const { names, renamed } = nameClusters([...chosen.values()].map(({ context }) => context));
  const clusters = [...chosen.values()].map((candidate) => ({ ...candidate, name: names.get(candidate.context) }));
  return {
    clusters: clusters.flatMap(({ name, ...candidate }) => (name === undefined ? [] : [{ ...candidate, name }])),
    others: others.map(({ context, server, reason, message, flag }) => {
      return { context, server, reason, message, ...(flag !== undefined && { flag }) };
    }),
    renamed,
  };
}

function readCandidate(config: Kubeconfig, context: string): Candidate | undefined {
  const { cluster: clusterName = "", user: userName = "", namespace } = config.contexts.get(context)?.value ?? {};
  const [cluster, user] = [config.clusters.get(clusterName), config.users.get(userName)];
  const { success, data } = z.safeParse(clusterSchema, cluster?.value);
  if (!success || !URL.canParse(data.server) || (user === undefined && userName !== "")) return undefined;
  return {
    context,
    server: data.server,
    namespace: namespace ?? undefined,
    clusterKey: JSON.stringify({ ...data, folder: cluster?.folder, extensions: undefined }),
    open: isPlain(config, context) ? () => openFiles(config, context) : undefined,
    fingerprint: JSON.stringify([cluster, user, namespace]),
  };
}

function openFiles(config: Kubeconfig, context: string): Connection {
  try {
    return openPlainly(config, context);
  } catch (error) {
    throw watchedKubeconfigUnusable(`What the context ${context} names cannot be read: ${reasonOf(error)}.`, error);
  }
}

async function refusalOf(candidate: Candidate, options: ContextOptions): Promise<UnwatchedContext | undefined> {
  const { context, server, open } = candidate;
  if (options.all || options.named.includes(context)) return undefined;
  const flag = `--context=${context}`;
  const add = `To watch it, add ${flag}`;
  const refusal = { context, server, flag };
  if (options.named.length > 0) return { ...refusal, reason: "not-named", message: `It was not named. ${add}` };
  if (open === undefined) {
    const message = `Its credentials come from a program or a proxy. ${add}`;
    return { ...refusal, reason: "login-program", message };
  }
  if (await options.isLocal(new URL(server).hostname)) return undefined;
  return { ...refusal, reason: "not-local", message: `${server} is not on this desktop. ${add}` };
}

function incomplete(context: string): UnwatchedContext {
  const message = "Its cluster or its user is missing in the kubeconfig.";
  return { context, server: "", reason: "incomplete", message };
}

/**
 * Names the clusters after their contexts, each as one DNS label. Where two contexts would give the same label, the one
 * that is written like it has it, and a name of the others ends in some digits of a hash: so no name depends on what else
 * is there but for that.
 */
export function nameClusters(contexts: readonly string[]): {
  readonly names: ReadonlyMap<string, ClusterName>;
  readonly renamed: readonly RenamedContext[];
} {
  const names = new Map<string, ClusterName>();
  const taken = new Map<string, string>();
  const renamed: RenamedContext[] = [];
  for (const context of contexts.toSorted()) {
    const label = labelOf(context);
    const isFree = !taken.has(label) && (label === context || !contexts.includes(label));
    const name = parseClusterName(isFree ? label : `${label.slice(0, 56)}-${hashOf(context)}`);
    if (name === undefined) continue;
    taken.set(name, context);
    names.set(context, name);
    if (!isFree) renamed.push({ context, name, holder: taken.get(label) ?? label });
  }
  return { names, renamed };
}

function labelOf(context: string): string {
  const label = context
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 63)
    .replaceAll(/^-|-$/g, "");
  // The cluster `default` is what requests without a cluster's name are about.
  return label === "" || label === "default" ? `cluster-${label || hashOf(context)}` : label;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 6);
}
