/** Ingresses that come and go in a real API server, by its API alone: fast, and through whatever happens to it. */
import type { KubernetesAPI } from "../../src/kubernetes/api.ts";
import { eventually } from "./eventually.ts";

/** Ingresses of one namespace, and which of them are there. */
export interface LiveIngresses {
  /** Names of Ingresses, each with the host `NAME.dtk.io`. */
  readonly present: ReadonlySet<string>;
  readonly create: (name: string) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
  /**
   * Creates and removes at random until the signal aborts, with a pause after each. A request that gets no answer is sent
   * again. Resolves with how many were created.
   */
  readonly changeUntil: (signal: AbortSignal, random: () => number, pause?: () => Promise<void>) => Promise<number>;
  /** The lines that the hosts file should have, as a fresh list says. */
  readonly expectedLines: () => Promise<readonly string[]>;
}

const most = 8;

/** Opens a namespace that is there; none of its Ingresses may be another's. */
export function liveIngresses(api: KubernetesAPI, namespace = "default"): LiveIngresses {
  const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`;
  const present = new Set<string>();
  let count = 0;
  const untilDone = async (work: () => Promise<unknown>): Promise<unknown> =>
    eventually(work, { timeoutMs: 240_000, intervalMs: 50 });
  const create = async (name: string): Promise<void> => {
    const spec = { rules: [{ host: `${name}.dtk.io` }] };
    await untilDone(async () => {
      if ((await api.send({ path: `${path}/${name}` })) !== undefined) return;
      const made = await api.send({ method: "POST", path, body: { metadata: { name }, spec } });
      if (made === undefined) throw new Error(`there is no namespace ${namespace} yet`);
    });
    present.add(name);
  };
  const remove = async (name: string): Promise<void> => {
    await untilDone(async () => api.send({ method: "DELETE", path: `${path}/${name}` }));
    present.delete(name);
  };
  return {
    present,
    create,
    remove,
    changeUntil: async (signal, random, pause) => {
      const own: string[] = [];
      while (!signal.aborted) {
        const isFull = own.length >= most || (own.length > 0 && random() < 0.4);
        const [old] = isFull ? own.splice(Math.floor(random() * own.length), 1) : [];
        if (old === undefined) own.push(`n${++count}-${namespace}`);
        await (old === undefined ? create(`n${count}-${namespace}`) : remove(old));
        await pause?.();
      }
      return count;
    },
    expectedLines: async () => {
      const text = await untilDone(async () => api.send({ path }));
      const { items } = JSON.parse(String(text)) as { items: { spec: { rules: { host: string }[] } }[] };
      return items.flatMap(({ spec }) => spec.rules.map(({ host }) => `127.0.0.1 ${host}`)).toSorted();
    },
  };
}
