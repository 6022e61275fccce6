/** Everything the watcher does for one cluster: follows it, and keeps the server's cluster of that name equal to it. */
import type { Trouble } from "../../base/trouble.ts";
import { TroubleError, toTrouble } from "../../base/trouble.ts";
import type { ClusterName } from "../../records/cluster.ts";
import type { Changes, Endpoint } from "../../records/endpoint.ts";
import type { TargetChoice } from "../../kubernetes/cluster-ip/target-choice.ts";
import { DestinationFollower } from "./destination-follower.ts";
import { ClusterSession, type SessionNotice, type SessionOptions } from "./cluster-session.ts";
import type { WatchActivity } from "./kind-watch.ts";
import { Publisher, isEmpty } from "./publisher.ts";
import { kindsOfRecord } from "./resource-word.ts";
import type { Clock } from "./backoff.ts";
import { ServerCalls } from "./server-calls.ts";
import type { ServerPort } from "./server-port.ts";
import type { Kind } from "./translate/kind.ts";

interface ClusterFeedOptions {
  readonly name: ClusterName;
  readonly server: ServerPort;
  readonly kinds: readonly Kind[];
  /** The managed domains; undefined for all in which watchers may have names. */
  readonly domains: readonly string[] | undefined;
  /** As {@link DestinationOptions.targets}. */
  readonly targets: TargetChoice | undefined;
  readonly classes: ReadonlySet<string> | undefined;
  readonly namespaces: readonly string[];
  readonly ownNamespace: string | undefined;
  readonly connect: SessionOptions["connect"];
  readonly clock: Clock;
  readonly onActivity?: ((activity: WatchActivity) => void) | undefined;
  readonly onNotice: (notice: FeedNotice) => void;
}

export type FeedNotice =
  | SessionNotice
  | { readonly kind: "published"; readonly changes: Changes; readonly milliseconds: number }
  | { readonly kind: "server-trouble"; readonly trouble: Trouble };

export class ClusterFeeder {
  readonly session: ClusterSession;
  readonly publisher: Publisher;
  readonly destination: DestinationFollower;
  readonly #options: ClusterFeedOptions;
  readonly #stop = new AbortController();
  readonly #calls = new ServerCalls(this.#stop.signal);
  /** Whether every record was compared since the cluster is known as a whole. */
  #isReviewed = false;
  /** Whether the server's cluster was there. */
  #isMade = false;
  #serverTrouble: Trouble | undefined;

  constructor(options: ClusterFeedOptions) {
    const { name, kinds, clock, onNotice } = options;
    const { signal } = this.#stop;
    const server = this.#calls.guard(options.server);
    this.#options = { ...options, server };
    const records = server.records(name);
    const onFailure = (error: unknown): void => this.#noteServerTrouble(error);
    this.session = new ClusterSession({ ...options, onChange: (keys) => this.#noteChange(keys), onNotice });
    this.publisher = new Publisher({
      records: {
        read: async () => {
          await this.#ensureCluster();
          return records.read();
        },
        change: records.change,
      },
      wanted: () => this.session.endpoints,
      mayRemove: (endpoint) => this.#mayRemove(endpoint, kinds),
      clock,
      signal,
      onPublished: (changes, milliseconds) => {
        this.#serverTrouble = undefined;
        if (!isEmpty(changes)) onNotice({ kind: "published", changes, milliseconds });
      },
      onFailure,
    });
    this.destination = new DestinationFollower({
      model: this.session.model,
      targets: options.targets,
      clock,
      signal,
      port: {
        readClusterIPs: async () => server.clusterIPs(name),
        writeClusterIPs: async (addresses) => server.setClusterIPs(name, addresses),
        readTargets: async () => server.targets(name),
        writeTargets: async (targets, isChosen) => server.setTargets(name, targets, isChosen),
      },
      onFailure,
    });
  }

  /** Why the server does not take what is handed in. */
  get serverTrouble(): Trouble | undefined {
    return this.#serverTrouble;
  }

  get name(): ClusterName {
    return this.#options.name;
  }

  /** Follows the cluster until it is stopped. */
  async run(): Promise<void> {
    await Promise.all([this.session.run(), this.publisher.run(), this.destination.run()]);
  }

  /** Resolves when the server has all that the cluster has, or the signal aborts. */
  async inStep(signal: AbortSignal): Promise<void> {
    while (
      !signal.aborted &&
      !(this.session.isSettled && this.publisher.isIdle && this.destination.choice !== undefined)
    ) {
      await this.#options.clock.sleep(10, signal);
    }
  }

  /** Stops, and leaves at the server what it has. Resolves when nothing more is asked of the server. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.session.stop();
    await this.#calls.ended();
  }

  /** Something changed that makes every next try worth it at once. */
  hurry(): void {
    this.session.hurry();
    this.publisher.hurry();
  }

  #noteChange(keys: ReadonlySet<string>): void {
    this.destination.look();
    const { isAnew, isSettled } = this.session;
    const isReviewDue = isSettled && !this.#isReviewed;
    this.#isReviewed = isSettled;
    // Of a cluster that was made anew the records are replaced in one change, when all of them are known.
    if (isAnew) return;
    this.publisher.publish(keys);
    if (isReviewDue) this.publisher.review();
  }

  #mayRemove(endpoint: Endpoint, kinds: readonly Kind[]): boolean {
    if (!this.session.isSettled) return false;
    return kindsOfRecord(endpoint, kinds).every((kind) => this.session.model.knowledge(kind) !== "refused");
  }

  /** The server's cluster comes into being by its first setting. */
  async #ensureCluster(): Promise<void> {
    const { name, server } = this.#options;
    const present = await server.domains(name);
    // It was forgotten, or the server's state was lost: the cluster IP is gone with it.
    if (present === undefined && this.#isMade) this.destination.lookAgain();
    const wanted = await this.#wantedDomains(present ?? []);
    const missing = wanted.filter((domain) => present?.includes(domain) !== true);
    if (missing.length > 0) await server.addDomains(name, missing);
    this.#isMade = true;
    if (this.#options.domains === undefined) return;
    for (const domain of present ?? []) if (!wanted.includes(domain)) await server.removeDomain(name, domain);
  }

  /** Where nothing says which, those that the cluster has stay. */
  async #wantedDomains(present: readonly string[]): Promise<readonly string[]> {
    const { domains, server } = this.#options;
    const wanted = domains ?? (await server.allowedDomains());
    if (wanted.length > 0) return wanted;
    if (present.length > 0) return present;
    const message = `No domain is managed, so the server at ${server.url} would show no name.`;
    const hint = "Say which names are meant, as in:";
    throw new TroubleError(
      { code: "no-domains", message, hint, command: "hostsfile-server watch --domains=dtk.io" },
      { exitCode: 2 },
    );
  }

  #noteServerTrouble(error: unknown): void {
    if (!(error instanceof TroubleError)) throw error;
    const trouble = toTrouble(error);
    if (trouble.message === this.#serverTrouble?.message) return;
    this.#serverTrouble = trouble;
    this.#options.onNotice({ kind: "server-trouble", trouble });
  }
}
