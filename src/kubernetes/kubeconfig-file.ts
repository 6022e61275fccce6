/** The content of one kubeconfig, or of several that count as one: entries by name, each with the folder that its paths start from. */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { parse } from "yaml";
import * as z from "zod/mini";
import { isMissing, messageOf } from "../base/errors.ts";

const text = z.optional(z.nullable(z.string()));

function entries<Key extends string, Value extends z.core.$ZodType>(key: Key, value: Value) {
  return z.optional(
    z.nullable(
      z.array(z.object({ name: z.string(), [key]: value } as Record<"name", z.ZodMiniString> & Record<Key, Value>)),
    ),
  );
}

const contextSchema = z.object({ cluster: z.string(), user: z.optional(z.string()), namespace: text });

const fileSchema = z.object({
  "current-context": text,
  clusters: entries("cluster", z.unknown()),
  users: entries("user", z.unknown()),
  contexts: entries("context", contextSchema),
});

/** The entry with a name. */
export interface KubeconfigEntry<Value = unknown> {
  readonly value: Value;
  /** Of the file that has it. */
  readonly folder: string;
}

type Context = z.infer<typeof contextSchema>;

export interface Kubeconfig {
  readonly currentContext: string | undefined;
  readonly clusters: ReadonlyMap<string, KubeconfigEntry>;
  readonly users: ReadonlyMap<string, KubeconfigEntry>;
  readonly contexts: ReadonlyMap<string, KubeconfigEntry<Context>>;
}

/** What was found at a path. A file that is being written in place is torn for a moment. */
export type FileReading =
  | { readonly kind: "missing" }
  | { readonly kind: "unreadable"; readonly reason: string }
  | { readonly kind: "read"; readonly config: Kubeconfig; readonly text: string };

/**
 * Reads one file.
 *
 * @param before - what was read there before; the same text is not parsed again
 */
export function readKubeconfigFile(path: string, before?: FileReading): FileReading {
  try {
    const content = readFileSync(path, "utf8");
    if (before?.kind === "read" && before.text === content) return before;
    return { kind: "read", config: parseKubeconfig(content, dirname(path)), text: content };
  } catch (error) {
    if (isMissing(error)) {
      return { kind: "missing" };
    }
    return { kind: "unreadable", reason: reasonOf(error) };
  }
}

/**
 * Reads the text of a kubeconfig.
 *
 * @param folder - where relative paths in it start
 * @throws Error when it is not a kubeconfig
 */
export function parseKubeconfig(content: string, folder: string): Kubeconfig {
  const read = fileSchema.safeParse(parse(content));
  if (!read.success)
    throw new Error(read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));
  const { data: file } = read;
  return {
    currentContext: file["current-context"] ?? undefined,
    clusters: byName(file.clusters ?? [], ({ cluster }) => ({ value: cluster, folder })),
    users: byName(file.users ?? [], ({ user }) => ({ value: user, folder })),
    contexts: byName(file.contexts ?? [], ({ context }) => ({ value: context, folder })),
  };
}

/** Takes several files as one, as kubectl does: the first that names an entry has it (kubernetes.io, merging kubeconfig files). */
export function mergeKubeconfigs(configs: readonly Kubeconfig[]): Kubeconfig {
  const merge = <Value>(pick: (config: Kubeconfig) => ReadonlyMap<string, Value>): ReadonlyMap<string, Value> =>
    firstOfEach(configs.flatMap((config) => [...pick(config)]));
  return {
    currentContext: configs.find(({ currentContext = "" }) => currentContext !== "")?.currentContext,
    clusters: merge(({ clusters }) => clusters),
    users: merge(({ users }) => users),
    contexts: merge(({ contexts }) => contexts),
  };
}

function byName<Item extends { readonly name: string }, Value>(
  items: readonly Item[],
  read: (item: Item) => Value,
): ReadonlyMap<string, Value> {
  return firstOfEach(items.map((item) => [item.name, read(item)]));
}

/** Of entries with one name the first counts. */
function firstOfEach<Value>(pairs: readonly (readonly [string, Value])[]): ReadonlyMap<string, Value> {
  const map = new Map<string, Value>();
  for (const [name, value] of pairs) if (!map.has(name)) map.set(name, value);
  return map;
}

function reasonOf(error: unknown): string {
  const [first = ""] = messageOf(error).split("\n");
  return first.replace(/:$/, "");
}
