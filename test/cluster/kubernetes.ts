/** What a user does to the cluster: kubectl apply and delete, in a namespace of the test's own. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "./program.ts";
import { tools } from "./tools.ts";

export interface Namespace {
  readonly name: string;
  readonly kubeconfig: string;
  /** Applies manifests: objects, or YAML as a user writes it. */
  readonly apply: (...manifests: readonly (object | string)[]) => Promise<void>;
  /** Deletes one resource and waits until it is gone. */
  readonly remove: (kind: string, name: string) => Promise<void>;
  /** Runs kubectl with these arguments. */
  readonly kubectl: (...parameters: readonly string[]) => Promise<string>;
}

let opened = 0;

/** Makes a namespace of its own for each caller; it goes with the API server. */
export async function openNamespace(kubeconfig: string): Promise<Namespace> {
  opened += 1;
  const name = `test-${process.pid}-${opened}`;
  const namespace = inNamespace(kubeconfig, name);
  await namespace.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  return namespace;
}

/** The port of the API server on 127.0.0.1. */
export async function portOfAPI({ kubeconfig }: Pick<Namespace, "kubeconfig">): Promise<number> {
  const port = /https:\/\/127\.0\.0\.1:(\d+)/.exec(await readFile(kubeconfig, "utf8"))?.[1];
  return Number(port);
}

/** Speaks kubectl about one namespace. */
export function inNamespace(kubeconfig: string, name: string): Namespace {
  const cacheFolder = join(dirname(kubeconfig), "kubectl");
  const base = [tools.kubectl, `--kubeconfig=${kubeconfig}`, `--cache-dir=${cacheFolder}`, `--namespace=${name}`];
  const kubectl = async (...parameters: readonly string[]): Promise<string> => run([...base, ...parameters]);
  return {
    name,
    kubeconfig,
    kubectl,
    apply: async (...manifests) => {
      const texts = manifests.map((manifest) => (typeof manifest === "string" ? manifest : JSON.stringify(manifest)));
      await run([...base, "apply", "-f", "-"], { input: texts.join("\n---\n") });
    },
    remove: async (kind, resource) => {
      await kubectl("delete", kind, resource);
    },
  };
}
