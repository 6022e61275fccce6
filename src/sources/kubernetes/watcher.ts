/** Watches every cluster that the kubeconfigs name and that is to be watched, as they come and go. */
import type { Connection } from "../../kubernetes/api.ts";
import type { TargetChoice } from "../../kubernetes/cluster-ip/target-choice.ts";
import type { Kubeconfig } from "../../kubernetes/kubeconfig-file.ts";
import type { ClusterName } from "../../records/cluster.ts";
import { ClusterFeeder, type FeedNotice } from "./cluster-feeder.ts";
import {
  type ContextChoice,
  type ContextOptions,
  type RenamedContext,
  type UnwatchedContext,
  type WantedCluster,
  chooseContexts,
} from "./contexts.ts";
import type { ClusterMemory } from "./cluster-memory.ts";
import { type Clock, Backoff } from "./backoff.ts";
import type { WatchActivity } from "./kind-watch.ts";
import type { ServerPort } from "./server-port.ts";
import type { Kind } from "./translate/kind.ts";

export interface WatcherOptions extends Omit<ContextOptions, "present"> {
  readonly server: ServerPort;
  readonly kinds: readonly Kind[];
  readonly domains: readonly string[] | undefined;
  /** Where names point: a target mode, or `auto` for what each cluster has; undefined for that, unless somebody gave the server another. */
  readonly targets: TargetChoice | undefined;
  readonly classes: ReadonlySet<string> | undefined;
  readonly namespaces: readonly string[];
  readonly clock: Clock;
  /** Ends everything; what the server has stays. */
  readonly signal: AbortSignal;
  /** Opens a context that needs more than a plain connection. It may run a program, which the signal ends. */
  readonly connectUnusually: (context: string, signal: AbortSignal) => Promise<Connection>;
  /** Which clusters were fed before this process began. */
  readonly memory: ClusterMemory;
  readonly onNotice: (notice: WatcherNotice) => void;
  readonly onActivity?: ((cluster: ClusterName, activity: WatchActivity) => void) | undefined;
}

export type WatcherNotice =
  | { readonly cluster: ClusterName; readonly notice: FeedNotice }
  | { readonly context: UnwatchedContext }
  | { readonly renamed: RenamedContext }
  | { readonly forgotten: ClusterName };

export interface RunningCluster {
  readonly feed: ClusterFeeder;
  cluster: WantedCluster;
}

/** Milliseconds that a cluster whose context goes waits for another context of the same cluster. */
const heirPatience = 30_000;

export class Watcher {
  readonly #options: WatcherOptions;
  readonly #running = new Map<ClusterName, RunningCluster>();
  readonly #told = new Set<string>();
  /** Clusters that the server is being told to forget: one of the same name begins after that. */
  readonly #ending = new Map<ClusterName, Promise<void>>();
  readonly #chosen = Promise.withResolvers<void>();
  #others: readonly UnwatchedContext[] = [];
  #choosing: Promise<void> = Promise.resolve();

  constructor(options: WatcherOptions) {
    this.#options = options;
  }

  /** Resolves when the contexts were chosen for the first time. */
  get firstChoice(): Promise<void> {
    return this.#chosen.promise;
  }

  get feeds(): readonly ClusterFeeder[] {
    return this.clusters.map(({ feed }) => feed);
  }

  /** How many records all clusters ask for. */
  get names(): number {
    return this.feeds.reduce((sum, { session }) => sum + session.endpoints.size, 0);
  }

  /** Each cluster that is watched, with what follows it. */
  get clusters(): readonly RunningCluster[] {
    return [...this.#running.values()];
  }

  /** Contexts that are not watched. */
  get others(): readonly UnwatchedContext[] {
    return this.#others;
  }

  /** The kubeconfigs say this now. */
  async update(config: Kubeconfig): Promise<void> {
    this.#choosing = this.#choosing.then(async () => this.#apply(await this.#choose(config)));
    await this.#choosing;
  }

  async #choose(config: Kubeconfig): Promise<ContextChoice> {
    const known = [...this.#options.memory.clusters(), ...this.clusters.map(({ cluster }) => cluster)];
    return chooseContexts(config, { ...this.#options, present: new Set(known.map(({ context }) => context)) });
  }

  /** A network came, the machine woke up, or somebody says so. */
  hurry(): void {
    for (const feed of this.feeds) feed.hurry();
  }

  /** Stops everything; what the server has stays. */
  async stop(): Promise<void> {
    await Promise.all(this.feeds.map(async (feed) => feed.stop()));
  }

  #apply({ clusters, others, renamed }: ContextChoice): void {
    const { memory } = this.#options;
    this.#others = others;
    for (const context of others) this.#tell({ context });
    for (const each of renamed) this.#tell({ renamed: each });
    const wanted = new Map(clusters.map((cluster) => [cluster.name, cluster]));
    for (const [name, running] of this.#running) {
      const cluster = wanted.get(name);
      if (cluster === undefined) this.#end(running, clusters);
      else if (cluster.fingerprint !== running.cluster.fingerprint) {
        running.cluster = cluster;
        running.feed.session.reconnect();
      }
    }
    // What was fed by a watcher before this one, and whose context went while none ran.
    const known = new Set([...clusters, ...others].map(({ context }) => context));
    for (const { name, context } of memory.clusters()) {
      const isThere = known.has(context) || wanted.has(name) || this.#running.has(name);
      const isGone = !isThere && !this.#ending.has(name);
      if (isGone) this.#ending.set(name, this.#forget(name));
    }
    for (const cluster of clusters) if (!this.#running.has(cluster.name)) this.#start(cluster);
    memory.remember(clusters);
    this.hurry();
    this.#chosen.resolve();
  }

  #start(cluster: WantedCluster): void {
    const { name, namespace } = cluster;
    const feed = new ClusterFeeder({
      ...this.#options,
      name,
      ownNamespace: namespace,
      connect: async (signal) => {
        const { open, context } = this.#running.get(name)?.cluster ?? cluster;
        return open?.() ?? this.#options.connectUnusually(context, signal);
      },
      onActivity: (activity) => this.#options.onActivity?.(name, activity),
      onNotice: (notice) => this.#options.onNotice({ cluster: name, notice }),
    });
    this.#running.set(name, { feed, cluster });
    void (this.#ending.get(name) ?? Promise.resolve()).then(async () => feed.run());
  }

  /** Where another context leads to the same cluster, its names stay until they are there by way of that one. */
  #end({ feed, cluster: { name, clusterKey } }: RunningCluster, clusters: readonly WantedCluster[]): void {
    this.#running.delete(name);
    const heir = clusters.find((cluster) => cluster.clusterKey === clusterKey);
    const end = async (): Promise<void> => {
      await feed.stop();
      const signal = AbortSignal.any([this.#options.signal, AbortSignal.timeout(heirPatience)]);
      if (heir !== undefined) await this.#running.get(heir.name)?.feed.inStep(signal);
      await this.#forget(name);
    };
    this.#ending.set(name, end());
  }

  /** The names of a cluster that no longer exists go at once. A server that is away is told when it is back. */
  async #forget(name: ClusterName): Promise<void> {
    const { server, onNotice, memory, clock, signal } = this.#options;
    const retry = new Backoff(clock);
    while (!signal.aborted && !this.#running.has(name)) {
      try {
        await server.forget(name);
        memory.drop(name);
        onNotice({ forgotten: name });
        return;
      } catch {
        await retry.wait(signal);
      }
    }
  }

  #tell(notice: WatcherNotice): void {
    const text = JSON.stringify(notice);
    if (this.#told.has(text)) return;
    this.#told.add(text);
    this.#options.onNotice(notice);
  }
}
