/** Which clusters this user's watcher feeds, kept over its restarts: so names go even when a cluster went while none ran. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as z from "zod/mini";
import { type ClusterName, parseClusterName } from "../../records/cluster.ts";

export interface FedCluster {
  readonly name: ClusterName;
  readonly context: string;
}

export interface ClusterMemory {
  /** Clusters that were fed by way of the same kubeconfigs. */
  readonly clusters: () => readonly FedCluster[];
  /** Adds clusters. */
  readonly remember: (clusters: readonly FedCluster[]) => void;
  /** A cluster was forgotten by the server. */
  readonly drop: (name: ClusterName) => void;
}

/** Remembers nothing, as for a dry run. */
export const noMemory: ClusterMemory = { clusters: () => [], remember: () => {}, drop: () => {} };

const fileSchema = z.array(z.object({ name: z.string(), context: z.string(), kubeconfig: z.string() }));

/**
 * Opens the memory. A file that cannot be read counts as empty, and one that cannot be written is done without: then names
 * of a cluster that went meanwhile stay until `hostsfile-server clear --cluster`.
 *
 * @param kubeconfig - the paths, as in `$KUBECONFIG`: what one set of files does not name, another may
 */
export function openMemory(path: string, kubeconfig: string): ClusterMemory {
  const own = new Map<string, FedCluster>();
  for (const entry of readEntries(path)) {
    const name = parseClusterName(entry.name);
    if (name !== undefined && entry.kubeconfig === kubeconfig) own.set(name, { name, context: entry.context });
  }
  // Another watcher of the user's may have written to the file meanwhile, so only what changes is changed.
  const save = (names: ReadonlySet<string>): void => {
    const others = readEntries(path).filter((entry) => entry.kubeconfig !== kubeconfig || !names.has(entry.name));
    const mine = [...own.values()].filter(({ name }) => names.has(name));
    writeEntries(path, [...others, ...mine.map(({ name, context }) => ({ name, context, kubeconfig }))]);
  };
  return {
    clusters: () => [...own.values()],
    remember: (clusters) => {
      const fresh = clusters.filter(({ name, context }) => own.get(name)?.context !== context);
      for (const { name, context } of fresh) own.set(name, { name, context });
      if (fresh.length > 0) save(new Set(fresh.map(({ name }) => name)));
    },
    drop: (name) => {
      if (own.delete(name)) save(new Set([name]));
    },
  };
}

function readEntries(path: string): z.infer<typeof fileSchema> {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return [];
  }
}

function writeEntries(path: string, entries: z.infer<typeof fileSchema>): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.new`, JSON.stringify(entries, undefined, 2), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch {
    // As said above.
  }
}
