/** Follows one cluster over its whole life: what it serves, its objects, and whether it is still the same cluster. */
import { type Trouble, TroubleError, toTrouble } from "../../base/trouble.ts";
import { type Connection, type KubernetesAPI, connectKubernetes, shareConnections } from "../../kubernetes/api.ts";
import { clusterLoginRefused, clusterUnreachable } from "../../kubernetes/trouble.ts";
import type { Endpoint } from "../../records/endpoint.ts";
import { ClusterModel, type Complaint } from "./cluster-model.ts";
import { Definitions } from "./definitions.ts";
import type { KindWatch, WatchActivity } from "./kind-watch.ts";
import { type Forbidden, KindWatches, type KindWatchesOptions } from "./kind-watches.ts";
import { Backoff } from "./backoff.ts";
import { awaitUID, waitUntilReady } from "./greeting.ts";
import { keepQuiet } from "./quiet-connection.ts";
import { findServedKinds } from "./served-kinds.ts";
import { type Transport, openTransport } from "./transport.ts";

export interface SessionOptions extends Pick<KindWatchesOptions, "kinds" | "namespaces" | "ownNamespace" | "clock"> {
  /** Classes whose objects count; undefined for all. */
  readonly classes: ReadonlySet<string> | undefined;
  /** Opens the way to the API server, with fresh credentials. It may run the program that logs in, which the signal ends. */
  readonly connect: (signal: AbortSignal) => Promise<Connection>;
  /** Objects changed, and with them these records; or the session has become ready to say which records are not wanted. */
  readonly onChange: (keys: ReadonlySet<string>) => void;
  readonly onNotice: (notice: SessionNotice) => void;
  /** Told of everything that a report may say. */
  readonly onActivity?: ((activity: WatchActivity) => void) | undefined;
}

/** Something that a person may want to read. */
export type SessionNotice =
  | { readonly kind: "connected"; readonly server: string; readonly kinds: readonly string[] }
  | { readonly kind: "unreachable"; readonly trouble: Trouble }
  | ({ readonly kind: "forbidden" } & Forbidden)
  | { readonly kind: "made-anew" }
  | { readonly kind: "not-asked"; readonly complaints: readonly Complaint[] };

/** One connection to an API server. */
interface Link {
  readonly api: KubernetesAPI;
  readonly transport: Transport;
  readonly definitions: Definitions;
  readonly signal: AbortSignal;
}

/** Milliseconds after a definition came until its kind is served, and between looks. */
const servingPatience = 30_000;
const servingDelay = 500;

/** Milliseconds that a connection must have lasted to count as one that worked. */
const steady = 5_000;

/**
 * Milliseconds between tries at least. What an API server refuses while it has too much to do or begins is soon over.
 * Elsewhere a person must do something, such as log in: a login program may open a browser.
 */
const leastWaits: Readonly<Record<string, number>> = { "cluster-unreachable": 0, "cluster-refused": 1_000 };
const personsWait = 5_000;

export class ClusterSession {
  readonly model: ClusterModel;
  readonly #options: SessionOptions;
  readonly #stop = new AbortController();
  readonly #watches: KindWatches;
  readonly #retry: Backoff;
  #connection = new AbortController();
  #uid: string | undefined;
  #madeAnewAt: number | undefined;
  #server: string | undefined;
  #isDiscovered = false;
  /** Whether the API server has said to this user that it is ready. */
  #hasSaidReady = false;
  /** Whether it was told that the way to the cluster is open. */
  #isConnected = false;
  #trouble: Trouble | undefined;
  #isSettling = false;
  /** What the cluster asked for that was there before this one, until this one is known. */
  #former: ReadonlyMap<string, Endpoint> | undefined;
  /** Whether the answers come from the same cluster; undefined when a connection was lost since that was known. */
  #isSame: Promise<boolean> | undefined;
  #link: Link | undefined;
  #kept: Connection | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.model = new ClusterModel(options.kinds, options.classes);
    this.#retry = new Backoff(options.clock);
    this.#watches = new KindWatches({
      ...options,
      model: this.model,
      onChange: () => this.#noteChange(),
      onForbidden: (forbidden) => options.onNotice({ kind: "forbidden", ...forbidden }),
      onActivity: (activity) => options.onActivity?.(activity),
    });
  }

  get uid(): string | undefined {
    return this.#uid;
  }

  get server(): string | undefined {
    return this.#server;
  }

  /** When another cluster was found in its place, in milliseconds since 1970. */
  get madeAnewAt(): number | undefined {
    return this.#madeAnewAt;
  }

  /** Why the cluster cannot be followed at the moment. */
  get trouble(): Trouble | undefined {
    return this.#trouble;
  }

  get watches(): readonly KindWatch[] {
    return this.#watches.list;
  }

  /** Whether all that the cluster has is known, so that what it does not ask for may go. */
  get isSettled(): boolean {
    return this.#isDiscovered && this.model.isSettled;
  }

  /** Whether another cluster has taken the place of the one before, and is not known yet. */
  get isAnew(): boolean {
    return this.#former !== undefined;
  }

  /** The records that the server should have. */
  get endpoints(): ReadonlyMap<string, Endpoint> {
    return this.#former ?? this.model.endpoints;
  }

  /** The cluster may be back, its credentials may be new, or a connection may have died without a word. */
  hurry(): void {
    this.#retry.hurry();
    this.#link?.definitions.hurry();
    this.#watches.hurry();
    this.#lookAgain();
  }

  /** Opens the connection anew, as after a change of the kubeconfig. What is known stays until it is listed again. */
  reconnect(): void {
    this.#trouble = undefined;
    this.#kept = undefined;
    this.#isConnected = false;
    this.#connection.abort();
    this.#retry.hurry();
  }

  stop(): void {
    this.#stop.abort();
    this.#connection.abort();
  }

  /** Follows the cluster until it is stopped. */
  async run(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#stop.signal.aborted) {
      this.#connection = new AbortController();
      const { signal } = this.#connection;
      const begun = clock.now();
      await this.#follow(signal).catch((error: unknown) => this.#lose(error, signal));
      this.#link = undefined;
      this.#connection.abort();
      this.#watches.end();
      if (clock.now() - begun >= steady) this.#retry.succeeded();
      const least = this.#trouble === undefined ? 0 : (leastWaits[this.#trouble.code] ?? personsWait);
      if (!this.#stop.signal.aborted) await this.#retry.wait(this.#stop.signal, least);
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const connection = await this.#connect(signal);
    if (signal.aborted) return;
    this.#server = connection.server;
    const quiet = keepQuiet({ connection, clock, signal, onClose: () => this.#lookAgain() });
    // A list leaves its connection to the watch after it.
    shareConnections(connection, Infinity);
    const [api, transport] = [connectKubernetes(quiet, 1), openTransport(connection)];
    this.#hasSaidReady = await waitUntilReady({ api, transport, clock, signal, hasSaidSo: this.#hasSaidReady });
    const onUnauthorized = (message: string): void => this.#lose(this.#loginRefused(message), signal);
    const definitions = new Definitions({ transport, clock, signal, onUnauthorized });
    // The definitions come while the cluster says which it is.
    await Promise.all([this.#identify(api), definitions.first]);
    this.#isSame = Promise.resolve(true);
    const link = { api, transport, definitions, signal };
    this.#link = link;
    while (!signal.aborted) {
      const look = definitions.nextLook();
      await this.#discover(link);
      await look;
    }
  }

  /** Credentials that say when they end are used until then, or until they are refused, however often the server goes: a program may ask a person. */
  async #connect(signal: AbortSignal): Promise<Connection> {
    const isRefused = this.#trouble?.code === "cluster-login-refused";
    const { expiresAt = 0 } = this.#kept ?? {};
    if (this.#kept === undefined || isRefused || expiresAt <= Date.now()) {
      this.#kept = await this.#options.connect(signal);
    }
    return this.#kept;
  }

  /** The way to the cluster is lost: it is opened anew after a while, and until then all that is known stays. */
  #lose(error: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    const known = error instanceof TroubleError ? error : clusterUnreachable(this.#server ?? "", error);
    const trouble = toTrouble(known);
    if (trouble.message !== this.#trouble?.message) this.#options.onNotice({ kind: "unreachable", trouble });
    this.#trouble = trouble;
    this.#isConnected = false;
    this.#options.onActivity?.({ kind: "state" });
    this.#connection.abort();
  }

  #loginRefused(message: string): TroubleError {
    return clusterLoginRefused(this.#server ?? "", message);
  }

  /** A cluster that was made anew has another UID. Nothing of the old one counts, though the server keeps its records until the new one is known. */
  async #identify(api: KubernetesAPI): Promise<void> {
    const uid = await awaitUID(api, this.#options.clock, this.#connection.signal);
    if (uid === undefined) return;
    if (this.#uid !== undefined && uid !== this.#uid) {
      this.#options.onNotice({ kind: "made-anew" });
      this.#madeAnewAt = Date.now();
      this.#former ??= new Map(this.model.endpoints);
      for (const kind of this.#options.kinds) this.model.setAbsent(kind);
      this.#isDiscovered = false;
    }
    this.#uid = uid;
  }

  /** A connection was closed, or may be dead: the server may be gone, and another cluster may be at its address. */
  #lookAgain(): void {
    if (this.#link === undefined) return;
    this.#isSame = undefined;
    void this.#verify(this.#link);
  }

  /** Whether the answers still come from the same cluster. */
  async #verify(link: Link): Promise<boolean> {
    this.#isSame ??= this.#compareUID(link);
    return this.#isSame;
  }

  async #compareUID({ api, signal }: Link): Promise<boolean> {
    try {
      const uid = await awaitUID(api, this.#options.clock, signal);
      if (uid === undefined || this.#uid === undefined || uid === this.#uid) return !signal.aborted;
      this.reconnect();
    } catch (error) {
      this.#lose(error, signal);
    }
    return false;
  }

  /** Looks at what is served. A kind is served a moment after its definition came. */
  async #discover(link: Link): Promise<void> {
    const { clock, kinds } = this.#options;
    const { api, definitions, signal } = link;
    const end = clock.now() + servingPatience;
    do {
      const served = await findServedKinds(api, kinds);
      if (signal.aborted) return;
      this.#watches.apply(served, {
        ...link,
        verify: async () => this.#verify(link),
        onLost: () => {
          this.#isSame = undefined;
        },
        onUnauthorized: (message) => this.#lose(this.#loginRefused(message), signal),
      });
      this.#noteConnected();
      if (!kinds.some((kind) => definitions.has(kind) === true && !served.versions.has(kind))) return;
      await clock.sleep(servingDelay, signal);
    } while (!signal.aborted && clock.now() < end);
  }

  #noteConnected(): void {
    if (this.#isDiscovered && this.#isConnected) return;
    this.#isDiscovered = true;
    this.#isConnected = true;
    this.#trouble = undefined;
    const kinds = this.watches.map(({ kind }) => kind.kind);
    this.#options.onNotice({ kind: "connected", server: this.#server ?? "", kinds });
    this.#options.onActivity?.({ kind: "state" });
    this.#noteChange();
  }

  /** Works out what follows, once for all that one turn of the event loop brings. */
  #noteChange(): void {
    if (this.#isSettling) return;
    this.#isSettling = true;
    setImmediate(() => {
      this.#isSettling = false;
      if (this.#stop.signal.aborted) return;
      const keys = this.model.settle();
      const complaints = this.model.takeComplaints();
      if (complaints.length > 0) this.#options.onNotice({ kind: "not-asked", complaints });
      if (this.isSettled) this.#former = undefined;
      this.#options.onChange(keys);
    });
  }
}
