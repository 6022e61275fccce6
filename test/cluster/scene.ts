/** What most end-to-end tests need together: a desktop, the server on it, and ExternalDNS on a namespace of the cluster. */
import { expect, inject } from "vitest";
import { type Desktop, openDesktop } from "./desktop.ts";
import { eventually } from "./eventually.ts";
import { type ExternalDNS, type ExternalDNSOptions, startExternalDNS } from "./external-dns.ts";
import { type Namespace, openNamespace } from "./kubernetes.ts";
import { type Server, clusterIP, startServer } from "./server.ts";

export interface Scene extends AsyncDisposable {
  readonly desktop: Desktop;
  readonly namespace: Namespace;
  readonly server: Server;
  readonly externalDNS: ExternalDNS;
  /** Waits until the hosts file shows these lines beside the user's. */
  readonly showsLines: (...lines: readonly string[]) => Promise<void>;
  /** Waits until it shows these names at the cluster IP and ExternalDNS has nothing more to change. */
  readonly shows: (...names: readonly string[]) => Promise<void>;
}

export type SceneOptions = Omit<Partial<ExternalDNSOptions>, "namespace" | "url"> & {
  readonly desktop?: Desktop;
  readonly flags?: readonly string[];
};

/** Makes a namespace in the API server that all test files of one run share. */
export async function openTestNamespace(): Promise<Namespace> {
  const cluster = inject("cluster");
  if (!cluster.built) throw new Error(cluster.missing);
  return openNamespace(cluster.kubeconfig);
}

/** Sets the scene; disposing of it ends everything. */
export async function openScene({ flags, ...options }: SceneOptions = {}): Promise<Scene> {
  await using opened = new AsyncDisposableStack();
  const desktop = options.desktop ?? opened.use(await openDesktop());
  const namespace = await openTestNamespace();
  const server = opened.use(await startServer({ desktop, ...(flags && { flags }) }));
  const externalDNS = opened.use(await startExternalDNS({ ...options, namespace, url: server.url }));
  const owned = opened.move();
  const showsLines: Scene["showsLines"] = async (...lines) => linesAre(desktop, lines);
  const shows: Scene["shows"] = async (...names) => {
    const lines = names.map((name) => `${clusterIP} ${name}`);
    await linesAre(desktop, lines);
    await externalDNS.settled();
    expect(await desktop.added()).toEqual(lines);
  };
  return {
    desktop,
    namespace,
    server,
    externalDNS,
    showsLines,
    shows,
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

/** Waits until the hosts file holds these lines beside the user's. */
export async function linesAre(desktop: Desktop, lines: readonly string[]): Promise<void> {
  await eventually(async () => expect(await desktop.added()).toEqual(lines));
}
