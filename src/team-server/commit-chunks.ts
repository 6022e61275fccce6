/** Carries a change out that is cut into transactions: several at a time, and none once one did not take place. */
import type { Chunk } from "./plan/chunks.ts";

/** How one transaction ended. */
export type Committed<Failure> = { readonly kind: "done"; readonly revision: bigint } | Failure;

/** How far a change came. */
export interface Progress<Failure> {
  /** The highest revision of a transaction that took place; 0 where none did. */
  readonly revision: bigint;
  /** Number of keys that were changed. */
  readonly keys: number;
  /** How the first ended that did not take place, if one did not. */
  readonly failure: Failure | undefined;
}

/** Transactions under way at the same time: more than these would wait for each other at etcd's disk. */
const mostUnderWay = 8;

/**
 * Commits chunks. Those under way when one fails are waited for.
 *
 * @param commit - commits one
 * @param late - what it is when there is no time for another
 */
export async function commitChunks<Failure extends { readonly kind: string }>(
  chunks: readonly Chunk[],
  commit: (chunk: Chunk) => Promise<Committed<Failure>>,
  late: () => Failure | undefined,
): Promise<Progress<Failure>> {
  const underWay = new Set<Promise<void>>();
  let [revision, keys, failure] = [0n, 0, undefined as Failure | undefined];
  const run = async (chunk: Chunk): Promise<void> => {
    const outcome = await commit(chunk);
    if (!isDone(outcome)) {
      failure ??= outcome;
      return;
    }
    keys += chunk.puts.length + chunk.deletes.length;
    if (outcome.revision > revision) ({ revision } = outcome);
  };
  for (const chunk of chunks) {
    while (underWay.size >= (chunk.isAfterAll ? 1 : mostUnderWay)) await Promise.race(underWay);
    failure ??= late();
    if (failure !== undefined) break;
    const task = run(chunk).finally(() => underWay.delete(task));
    underWay.add(task);
  }
  await Promise.all(underWay);
  return { revision, keys, failure };
}

function isDone<Failure extends { readonly kind: string }>(outcome: Committed<Failure>): outcome is Committed<never> {
  return outcome.kind === "done";
}
