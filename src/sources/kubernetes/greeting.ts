/** What an API server is asked before anything else: whether it is ready, and whose it is. */
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import { readClusterIdentity } from "../../kubernetes/cluster-uid.ts";
import type { Clock } from "./backoff.ts";
import type { Transport } from "./transport.ts";

/** Milliseconds until a server that starts is asked again, and until it is said that it is not ready. */
const readyDelay = 200;
const readyPatience = 5_000;

/** Milliseconds without a byte. */
const silence = 10_000;

/**
 * An API server that starts answers before it knows its custom resources and who has which rights; this path says when it
 * does (kubernetes.io, Kubernetes API health endpoints).
 *
 * @throws Error when it does not become ready, or of the connection
 */
export async function waitUntilReady(transport: Transport, clock: Clock, signal: AbortSignal): Promise<void> {
  const end = clock.now() + readyPatience;
  while (!signal.aborted) {
    const { status, chunks } = await transport({ path: "/readyz", silence, signal });
    for await (const _ of chunks);
    if (status < 500) return;
    if (clock.now() > end) throw new Error("it is not ready");
    await clock.sleep(readyDelay, signal);
  }
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
