/** Counts how long each cluster has been silent while the server ran, and forgets those that were for too long. */
import type { ClusterName } from "../records/cluster.ts";
import type { ReadableMemory } from "../engine/memory.ts";
import type { ReconcilerPort } from "../engine/reconciler-port.ts";
import { StoreTroubleError } from "../engine/store-trouble.ts";

interface SilenceOptions {
  readonly reconciler: ReconcilerPort;
  /** Milliseconds of silence after which a cluster is forgotten; never when undefined. */
  readonly forgetAfter: number | undefined;
  readonly forget: (cluster: ClusterName) => Promise<void>;
  /** Told of what nobody expected. */
  readonly failed: (error: unknown) => void;
  /** Milliseconds of a clock that goes on steadily. */
  readonly now: () => number;
}

/** Milliseconds between two looks. */
const interval = 10_000;

/**
 * Lets time pass for the clusters until it is disposed of.
 *
 * @returns also the look itself, which a timer takes every 10 seconds
 */
export function countSilence(options: SilenceOptions): Disposable & { readonly look: () => Promise<void> } {
  const { reconciler, now } = options;
  let before = now();
  const look = async (): Promise<void> => {
    // While the machine sleeps no timer runs. Some systems' clocks go on, so that one step never counts for much more.
    const passed = Math.min(now() - before, 2 * interval);
    before = now();
    if (reconciler.state().storeTrouble !== undefined) return;
    try {
      reconciler.note((memory) => memory.elapse(passed));
      await forgetSilent(options);
    } catch (error) {
      // The reconciler has noted the trouble, and does what it can about it.
      if (!(error instanceof StoreTroubleError)) options.failed(error);
    }
  };
  const timer = setInterval(() => void look(), interval).unref();
  return { look, [Symbol.dispose]: () => clearInterval(timer) };
}

/** A cluster that never called has not fallen silent: it may be created tomorrow. */
async function forgetSilent({
  reconciler,
  forgetAfter = Number.POSITIVE_INFINITY,
  forget,
}: SilenceOptions): Promise<void> {
  const silent = reconciler.read((store) =>
    Array.from(store.clusters(), ({ name }) => name).filter((name) => silenceOf(store.memory, name) >= forgetAfter),
  );
  for (const name of silent) await forget(name);
}

/** Milliseconds for which no source of a cluster has called; none for one that never called. */
function silenceOf(memory: ReadableMemory, cluster: ClusterName): number {
  const silences = memory.feedsHeard(cluster).map((feed) => memory.contact({ cluster, feed }).silentFor);
  return silences.length === 0 ? 0 : Math.min(...silences);
}
