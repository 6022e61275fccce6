/** What an API server is asked before anything else: whether it is ready, and whose it is. */
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import { readClusterIdentity } from "../../kubernetes/cluster-uid.ts";
import { mayDoEverything } from "../../kubernetes/rights.ts";
import type { Clock } from "./backoff.ts";
import type { Transport } from "./transport.ts";

/** Milliseconds until a server that starts is asked again, and until it is said that it is not ready. */
const readyDelay = 100;
const readyPatience = 5_000;

/** Milliseconds without a byte. */
const silence = 10_000;

/** What a start checks last, for a second: the roles that every cluster has, and what nobody who reads waits for. */
const lastChecks = ["rbac/bootstrap-roles", "scheduling/bootstrap-system-priority-classes"];
const readyButForRoles = `/readyz?${lastChecks.map((check) => `exclude=poststarthook/${check}`).join("&")}`;

interface Greeting {
  readonly api: KubernetesAPI;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Whether it has said to this user before that it is ready. */
  readonly hasSaidSo: boolean;
}

/**
 * An API server that starts answers before it knows its custom resources and who has which rights; this path says when it
 * does (kubernetes.io, Kubernetes API health endpoints). An administrator need not wait for the rights of others.
 *
 * @returns whether it has said to this user that it is ready, which not every user may ask
 * @throws Error when it does not become ready, or of the connection
 */
export async function waitUntilReady({ api, transport, clock, signal, hasSaidSo }: Greeting): Promise<boolean> {
  const statusOf = async (path: string): Promise<number> => {
    const { status, chunks } = await transport({ path, silence, signal });
    for await (const _ of chunks);
    return status;
  };
  const end = clock.now() + readyPatience;
  while (!signal.aborted) {
    const status = await statusOf("/readyz");
    if (status < 300) return true;
    // A user who could ask before is not known yet.
    const isUnknown = status === 403 && hasSaidSo;
    if (status < 500 && !isUnknown) return hasSaidSo;
    const isAlmostReady = !isUnknown && (await statusOf(readyButForRoles)) < 300;
    if (isAlmostReady && (await mayDoEverything(api).catch(() => false))) return hasSaidSo;
    if (clock.now() > end) {
      if (isUnknown) return false;
      throw new Error("it is not ready");
    }
    await clock.sleep(readyDelay, signal);
  }
  return hasSaidSo;
}

/** Milliseconds for a new cluster to make its first namespaces, which it does a moment after it is ready. */
const namespacePatience = 10_000;

/**
 * Reads the UID of a cluster. A user who may not read it goes without, and so does an API server without the namespace.
 *
 * @throws TroubleError of the connection, or where the credentials are refused
 */
export async function awaitUID(api: KubernetesAPI, clock: Clock, signal: AbortSignal): Promise<string | undefined> {
  const end = clock.now() + namespacePatience;
  while (!signal.aborted && clock.now() < end) {
    const { uid, isAbsent } = await readClusterIdentity(api);
    if (!isAbsent) return uid;
    await clock.sleep(readyDelay, signal);
  }
  return undefined;
}
