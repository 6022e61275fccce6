/** Follows one cluster over its whole life: what it serves, its objects, and whether it is still the same cluster. */
import * as z from "zod/mini";
import { type Trouble, TroubleError, toTrouble } from "../../base/trouble.ts";
import { type Connection, type KubernetesAPI, connectKubernetes } from "../../kubernetes/api.ts";
import { clusterUnreachable } from "../../kubernetes/trouble.ts";
import type { Endpoint } from "../../records/endpoint.ts";
import { ClusterModel, type Complaint, type Scope } from "./cluster-model.ts";
import { Definitions } from "./definitions.ts";
import { type KindWatch, watchKind } from "./kind-watch.ts";
import type { ListWatchState } from "./list-watch.ts";
import { type Clock, Backoff } from "./backoff.ts";
import { type ServedKinds, findServedKinds } from "./served-kinds.ts";
import type { Kind } from "./translate/kind.ts";
import { type Transport, openTransport } from "./transport.ts";

export interface SessionOptions {
  readonly kinds: readonly Kind[];
  /** Classes whose objects count; undefined for all. */
  readonly classes: ReadonlySet<string> | undefined;
  /** Namespaces to watch; none means all. */
  readonly namespaces: readonly string[];
  /** The context's own namespace, which is watched alone where the rights end there. */
  readonly ownNamespace: string | undefined;
  /** Opens the way to the API server, with fresh credentials. It may run the program that logs in. */
  readonly connect: () => Promise<Connection>;
  readonly clock: Clock;
  /** Records changed, or the session has become ready to say which records are not wanted. */
  readonly onChange: (keys: ReadonlySet<string>) => void;
  readonly onNotice: (notice: SessionNotice) => void;
}

/** Something that a person may want to read. */
export type SessionNotice =
  | { readonly kind: "connected"; readonly server: string; readonly kinds: readonly string[] }
  | { readonly kind: "unreachable"; readonly trouble: Trouble }
  | { readonly kind: "forbidden"; readonly resource: string; readonly scope: Scope; readonly message: string }
  | { readonly kind: "made-anew" }
  | { readonly kind: "not-asked"; readonly complaints: readonly Complaint[] };

/** One connection to an API server. */
interface Link {
  readonly api: KubernetesAPI;
  readonly transport: Transport;
  readonly signal: AbortSignal;
}

/** The namespace whose UID tells one cluster from another. */
const identityPath = "/api/v1/namespaces/kube-system";
const identitySchema = z.object({ metadata: z.object({ uid: z.string() }) });

/** Milliseconds after a definition came until its kind is served, and between looks. */
const servingPatience = 30_000;
const servingDelay = 500;

/** Milliseconds after which the other kinds no longer wait for one whose list the API server cannot give. */
const stuckAfter = 10_000;

/** Milliseconds that a connection must have lasted to count as one that worked. */
const steady = 5_000;

export class ClusterSession {
  readonly model: ClusterModel;
  readonly #options: SessionOptions;
  readonly #stop = new AbortController();
  readonly #watches = new Map<Kind, KindWatch>();
  readonly #retry: Backoff;
  #connection = new AbortController();
  #uid: string | undefined;
  #server: string | undefined;
  #isDiscovered = false;
  #trouble: Trouble | undefined;
  #isSettling = false;
  #wasSettled = false;
  /** What the cluster asked for that was there before this one, until this one is known. */
  #former: ReadonlyMap<string, Endpoint> | undefined;
  /** Whether it is known that the answers come from the same cluster; undefined when a connection was lost since. */
  #isIdentified: Promise<void> | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.model = new ClusterModel(options.kinds, options.classes);
    this.#retry = new Backoff(options.clock);
  }

  get uid(): string | undefined {
    return this.#uid;
  }

  get server(): string | undefined {
    return this.#server;
  }

  /** Why the cluster cannot be followed at the moment. */
  get trouble(): Trouble | undefined {
    return this.#trouble;
  }

  get watches(): readonly KindWatch[] {
    return [...this.#watches.values()];
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

  /** The cluster may be back, or its credentials are new. */
  hurry(): void {
    this.#retry.hurry();
    for (const watch of this.watches) watch.hurry();
  }

  /** Opens the connection anew, as after a change of the kubeconfig. What is known stays until it is listed again. */
  reconnect(): void {
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
      try {
        await this.#follow(signal);
      } catch (error) {
        if (!signal.aborted) this.#fail(error);
      }
      this.#connection.abort();
      for (const watch of this.#watches.values()) watch[Symbol.dispose]();
      this.#watches.clear();
      if (clock.now() - begun >= steady) this.#retry.succeeded();
      if (!this.#stop.signal.aborted) await this.#retry.wait(this.#stop.signal);
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const connection = await this.#options.connect();
    const [api, transport] = [connectKubernetes(connection, Infinity), openTransport(connection)];
    this.#server = connection.server;
    await this.#identify(api);
    this.#isIdentified = Promise.resolve();
    const definitions = new Definitions({ transport, clock: this.#options.clock, signal });
    await definitions.first;
    while (!signal.aborted) {
      const look = definitions.nextLook();
      await this.#discover({ api, transport, definitions, signal });
      await look;
    }
  }

  #fail(error: unknown): void {
    const known = error instanceof TroubleError ? error : clusterUnreachable(this.#server ?? "", error);
    const trouble = toTrouble(known);
    if (trouble.message !== this.#trouble?.message) this.#options.onNotice({ kind: "unreachable", trouble });
    this.#trouble = trouble;
  }

  /** A cluster that was made anew has another UID. Nothing of the old one counts, though the server keeps its records until the new one is known. */
  async #identify(api: KubernetesAPI): Promise<void> {
    const uid = await readUID(api);
    if (uid === undefined) return;
    if (this.#uid !== undefined && uid !== this.#uid) {
      this.#options.onNotice({ kind: "made-anew" });
      this.#former ??= new Map(this.model.endpoints);
      for (const kind of this.#options.kinds) this.model.setAbsent(kind);
      this.#isDiscovered = false;
      this.#wasSettled = false;
    }
    this.#uid = uid;
  }

  /** After a connection was lost, a different cluster may answer. */
  async #verify(api: KubernetesAPI): Promise<void> {
    this.#isIdentified ??= this.#compareUID(api);
    await this.#isIdentified;
  }

  async #compareUID(api: KubernetesAPI): Promise<void> {
    const uid = await readUID(api).catch(() => "unknown");
    if (uid !== undefined && this.#uid !== undefined && uid !== this.#uid) this.reconnect();
  }

  /** Looks at what is served. A kind is served a moment after its definition came. */
  async #discover(link: Link & { readonly definitions: Definitions }): Promise<void> {
    const { clock, kinds } = this.#options;
    const { api, definitions, signal } = link;
    const end = clock.now() + servingPatience;
    do {
      if (!definitions.isReadable) await waitUntilReady(link.transport, signal);
      const served = await findServedKinds(api, kinds);
      if (signal.aborted) return;
      this.#applyServed(served, link);
      this.#noteConnected();
      if (!kinds.some((kind) => definitions.has(kind) === true && !served.versions.has(kind))) return;
      await clock.sleep(servingDelay, signal);
    } while (!signal.aborted && clock.now() < end);
  }

  #noteConnected(): void {
    if (this.#isDiscovered && this.#trouble === undefined) return;
    this.#isDiscovered = true;
    this.#trouble = undefined;
    const kinds = this.watches.map(({ kind }) => kind.kind);
    this.#options.onNotice({ kind: "connected", server: this.#server ?? "", kinds });
    this.#noteChange();
  }

  #applyServed({ versions, uncertain }: ServedKinds, link: Link & { readonly definitions: Definitions }): void {
    for (const kind of this.#options.kinds) {
      const version = versions.get(kind);
      const watch = this.#watches.get(kind);
      if (version === watch?.version && version !== undefined) continue;
      // While an API server starts, it may not know its custom resources yet. Their definitions tell.
      const isMissing = version === undefined && (uncertain.has(kind) || link.definitions.has(kind) === true);
      if (isMissing && watch !== undefined) continue;
      watch?.[Symbol.dispose]();
      this.#watches.delete(kind);
      if (version !== undefined) this.#watch({ kind, version, scopes: this.#scopesOf(kind), link });
      else if (isMissing) this.model.expect(kind, [""]);
      else this.model.setAbsent(kind);
    }
    this.#noteChange();
  }

  #scopesOf({ namespaced }: Kind): readonly Scope[] {
    const { namespaces } = this.#options;
    return namespaced && namespaces.length > 0 ? namespaces : [""];
  }

  #watch(given: Pick<KindWatch, "kind" | "version" | "scopes"> & { readonly link: Link }): void {
    const { kind, link } = given;
    const since = this.#options.clock.now();
    const watch = watchKind({
      ...given,
      transport: link.transport,
      model: this.model,
      clock: this.#options.clock,
      verify: async () => this.#verify(link.api),
      onChange: () => this.#noteChange(),
      onState: (state, scope) => {
        if (state.phase === "waiting") this.#noteWaiting(state, { ...given, scope, since });
      },
    });
    this.#watches.set(kind, watch);
  }

  #noteWaiting(
    { reason, message }: ListWatchState & { readonly phase: "waiting" },
    given: Pick<KindWatch, "kind" | "version"> & { readonly scope: Scope; readonly link: Link; readonly since: number },
  ): void {
    const { kind, scope } = given;
    if (reason === "unauthorized") this.reconnect();
    else if (reason !== "forbidden") {
      this.#isIdentified = undefined;
      const isStuck = reason === "refused" || reason === "unreadable";
      if (isStuck && this.#options.clock.now() - given.since > stuckAfter) this.model.setRefused(kind, scope);
      this.#noteChange();
    } else {
      const { ownNamespace } = this.#options;
      this.#options.onNotice({ kind: "forbidden", resource: kind.resource, scope, message });
      const isNarrowed = scope === "" && kind.namespaced && ownNamespace !== undefined;
      if (!isNarrowed) this.model.setRefused(kind, scope);
      else {
        this.#watches.get(kind)?.[Symbol.dispose]();
        this.#watch({ ...given, scopes: [ownNamespace] });
      }
      this.#noteChange();
    }
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
      const isNewlySettled = this.isSettled && !this.#wasSettled;
      this.#wasSettled = this.isSettled;
      if (this.isSettled) this.#former = undefined;
      if (keys.size > 0 || isNewlySettled) this.#options.onChange(keys);
    });
  }
}

async function readUID(api: KubernetesAPI): Promise<string | undefined> {
  try {
    return (await api.read(identityPath, identitySchema))?.metadata.uid;
  } catch (error) {
    // Who may not read the namespace goes without.
    if (error instanceof TroubleError && error.code === "cluster-refused") return undefined;
    throw error;
  }
}

/**
 * An API server that starts answers before it knows its custom resources; this path says when it does (kubernetes.io,
 * Kubernetes API health endpoints).
 */
async function waitUntilReady(transport: Transport, signal: AbortSignal): Promise<void> {
  const { status, chunks } = await transport({ path: "/readyz", silence: 10_000, signal });
  for await (const _ of chunks);
  if (status >= 500) throw new Error("The API server is not ready yet");
}
