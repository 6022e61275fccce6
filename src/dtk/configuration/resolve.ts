/** Puts together what is given and what the file says: a flag wins over the environment, that over the file, that over defaults. */
import { dirname, resolve } from "node:path";
import { defaultCluster } from "../../records/cluster.ts";
import type { EntryKey, ValueOf } from "./entry.ts";
import type { Addon } from "./addon.ts";
import { type Place, renderPlace } from "./problem.ts";
import type { ConfigurationFile, Located } from "./read.ts";

/** Where a value came from. */
export type Origin =
  | { readonly kind: "flag" | "environment"; readonly name: string }
  | { readonly kind: "file"; readonly place: Place }
  | { readonly kind: "default" };

export interface Sourced<Value> {
  readonly value: Value;
  readonly origin: Origin;
}

/** A value from the command line or the environment, with the flag's or the variable's name. */
export interface GivenValue<Value> {
  readonly value: Value;
  readonly source: string;
}

/** What the command line and the environment say; what they may say beyond the file's values is none of this. */
export type GivenValues = { readonly [Key in EntryKey]?: GivenValue<ValueOf<Key>> | undefined };

/** The values that there is always one of. */
interface Defaults {
  readonly port: number;
  readonly cluster: ValueOf<"cluster">;
  readonly targets: ValueOf<"targets">;
  readonly domains: ValueOf<"domains">;
}

const defaults: Defaults = { port: 5000, cluster: defaultCluster, targets: "auto", domains: [] };

/** Every value with its origin; undefined is what must be found out or done without. */
export type Configuration = {
  readonly [Key in EntryKey]: Sourced<Key extends keyof Defaults ? ValueOf<Key> : ValueOf<Key> | undefined>;
} & {
  /** The file, as the user named it. */
  readonly path: string;
  readonly addons: readonly Addon[];
};

/**
 * Resolves each value.
 *
 * @param options - `home` is what `~/` stands for in the file
 * @returns paths in the file are relative to the file's folder and come out absolute
 */
export function resolveConfiguration(options: {
  readonly file: ConfigurationFile;
  readonly given: GivenValues;
  readonly home: string;
}): Configuration {
  const { file, given, home } = options;
  const { values, path, addons } = file;
  const inFolder = (located: Located<string> | undefined): Located<string> | undefined =>
    located && { ...located, value: resolve(dirname(path), located.value.replace(/^~(?=\/)/, home)) };
  return {
    path,
    addons,
    domains: choose(given.domains, values.domains, defaults.domains),
    hostIP: choose(given.hostIP, values.hostIP, undefined),
    port: choose(given.port, values.port, defaults.port),
    clusterIPs: choose(given.clusterIPs, values.clusterIPs, undefined),
    cluster: choose(given.cluster, values.cluster, defaults.cluster),
    targets: choose(given.targets, values.targets, defaults.targets),
    tokenFile: choose(given.tokenFile, inFolder(values.tokenFile), undefined),
    kubeconfig: choose(given.kubeconfig, inFolder(values.kubeconfig), undefined),
    virtualization: choose(given.virtualization, values.virtualization, undefined),
    firstVM: choose(given.firstVM, values.firstVM, undefined),
  };
}

function choose<Value, Fallback extends Value | undefined>(
  given: GivenValue<Value> | undefined,
  located: Located<Value> | undefined,
  fallback: Fallback,
): Sourced<Value | Fallback> {
  if (given !== undefined) return { value: given.value, origin: originOf(given.source) };
  if (located !== undefined) return { value: located.value, origin: { kind: "file", place: located.place } };
  return { value: fallback, origin: { kind: "default" } };
}

function originOf(source: string): Origin {
  return { kind: source.startsWith("--") ? "flag" : "environment", name: source };
}

/** The origin in words: `--cluster-ip`, `DTK_CLUSTER_IP`, `config.yaml:3:11`, `default`. */
export function renderOrigin(origin: Origin): string {
  switch (origin.kind) {
    case "flag":
    case "environment":
      return origin.name;
    case "file":
      return renderPlace(origin.place);
    case "default":
      return "default";
  }
}
