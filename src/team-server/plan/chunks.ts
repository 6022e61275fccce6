/** Cuts a change into transactions that etcd takes. Each is whole in itself, and doing one twice changes nothing. */

/** What one transaction compares and does. A compared value is what an earlier one of the same change wrote. */
export interface Chunk {
  readonly compares: readonly ChunkCompare[];
  readonly puts: readonly { readonly key: string; readonly value: string }[];
  readonly deletes: readonly string[];
  /** Whether it may begin only once every one before it is done. Others may be under way at the same time, in any order. */
  readonly isAfterAll: boolean;
}

export type ChunkCompare =
  | { readonly key: string; readonly modRevision: bigint }
  | { readonly key: string; readonly value: string };

/** Keys that belong together: they change in one transaction. */
export interface Part {
  /** The new values, undefined for keys that go. */
  readonly changes: ReadonlyMap<string, string | undefined>;
}

interface ChunkOptions {
  /** Of a key as it was read; 0 for one that was not there. */
  readonly revisionOf: (key: string) => bigint;
  /** Compared by each chunk, whether it is changed or not. */
  readonly guards: readonly { readonly key: string; readonly modRevision: bigint }[];
  /**
   * Put by the first chunk and by the last, each with a value of its own, and compared by all: what makes changes of a
   * cluster follow each other. While one is under way the head has the value of its first chunk, so that whatever another
   * change puts there ends it.
   */
  readonly head: { readonly key: string; readonly value: (chunk: number) => string } | undefined;
}

/** Operations and compares of one transaction, less than etcd's 128 by the head and the guards. */
export const operationsMost = 120;

/** Bytes of keys and values of one transaction; etcd takes 1.5 MiB. */
const bytesMost = 1_000_000;

/** Puts parts together in their order. A part that is larger than a transaction is a bug of the caller. */
export function toChunks(parts: Iterable<Part>, { revisionOf, guards, head }: ChunkOptions): readonly Chunk[] {
  const groups = groupsOf(parts);
  const written = new Map<string, string | undefined>();
  return groups.map((changes, index): Chunk => {
    const isOuter = index === 0 || index === groups.length - 1;
    const headPuts = head !== undefined && isOuter ? [[head.key, head.value(index)] as const] : [];
    const all = new Map([...changes, ...headPuts]);
    const compared = new Set([...all.keys(), ...(head === undefined ? [] : [head.key])]);
    const isSecond = head !== undefined && index === 1;
    const chunk = {
      compares: [...guards, ...Array.from(compared, (key) => compareOf(key, written, revisionOf))],
      puts: [...all].flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }])),
      deletes: [...all].flatMap(([key, value]) => (value === undefined ? [key] : [])),
      isAfterAll: isSecond || [...all.keys()].some((key) => written.has(key)),
    };
    for (const [key, value] of all) written.set(key, value);
    return chunk;
  });
}

/** The keys of each transaction. */
function groupsOf(parts: Iterable<Part>): readonly ReadonlyMap<string, string | undefined>[] {
  const groups: Map<string, string | undefined>[] = [];
  let bytes = 0;
  for (const part of parts) {
    if (part.changes.size === 0) continue;
    const size = [...part.changes].reduce((sum, [key, value = ""]) => sum + 3 * (key.length + value.length), 0);
    const group = groups.at(-1);
    const added = [...part.changes.keys()].filter((key) => group?.has(key) !== true).length;
    if (group === undefined || group.size + added > operationsMost || bytes + size > bytesMost) {
      groups.push(new Map(part.changes));
      bytes = size;
      continue;
    }
    for (const [key, value] of part.changes) group.set(key, value);
    bytes += size;
  }
  return groups;
}

function compareOf(
  key: string,
  written: ReadonlyMap<string, string | undefined>,
  revisionOf: (key: string) => bigint,
): ChunkCompare {
  if (!written.has(key)) return { key, modRevision: revisionOf(key) };
  const value = written.get(key);
  return value === undefined ? { key, modRevision: 0n } : { key, value };
}
