/** Keeps a team server's store like etcd: lists everything at one revision, then follows each change, and lists again when it must. */
import { inSlices } from "../base/slices.ts";
import { type Steps, forEachInSteps } from "../base/steps.ts";
import { setTimeout as sleep } from "node:timers/promises";
import type { Trouble } from "../base/trouble.ts";
import type { EtcdClient } from "../etcd/client.ts";
import { type EtcdHeader, type EtcdItem, type KeyRange, type WatchNews, rangeOfPrefix } from "../etcd/model.ts";
import type { CallMemory } from "./call-memory.ts";
import { type Change, changeOf } from "./change.ts";
import { metaKey, ownPrefix } from "./plan/keys.ts";
import { TeamStore } from "./team-store.ts";
import { notATeam, otherTeam, starting } from "./trouble.ts";

export interface FollowerOptions {
  readonly client: EtcdClient;
  /** Where the projection lies, as in `/skydns`. */
  readonly path: string;
  readonly memory: CallMemory;
  /** Has a change made to the store while nobody else looks at it. */
  readonly inTurn: (work: () => void) => Promise<void>;
  /** Told of each change of the store. */
  readonly onChange: () => void;
  /** Told of trouble that came, and with nothing once there is none. */
  readonly onTrouble: (trouble: Trouble | undefined) => void;
}

/** Milliseconds before the first and between later attempts. Each is cut by chance, so that many servers do not come at once. */
const pauses = { first: 200, most: 5_000 } as const;

export class Follower implements AsyncDisposable {
  readonly #options: FollowerOptions;
  readonly #ending = new AbortController();
  readonly #ranges: { readonly own: KeyRange; readonly published: KeyRange };
  readonly #waiting = new Set<() => void>();
  #troubles = new Map<string, Trouble>();
  #store: TeamStore | undefined;
  #teamId: string | undefined;
  #lists = 0;
  #wasLive = false;
  #since = Date.now();
  #ended: Promise<void> | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#ranges = { own: rangeOfPrefix(ownPrefix), published: rangeOfPrefix(`${options.path}/`) };
    this.#troubles.set("list", starting(options.client.places));
  }

  /** What is known; undefined before the first list. */
  get store(): TeamStore | undefined {
    return this.#store;
  }

  /** Why it does not follow, if it does not. */
  get trouble(): Trouble | undefined {
    return this.#troubles.values().next().value;
  }

  /** Why what is known must not be given out or built on: it is not what etcd has now. */
  get refusal(): Trouble | undefined {
    return this.#troubles.get("list");
  }

  /** Lists since the start. */
  get lists(): number {
    return this.#lists;
  }

  /** Milliseconds since 1970 at which it began to follow, or ceased to. */
  get since(): number {
    return this.#since;
  }

  /** Begins to follow. */
  start(): void {
    this.#ended ??= this.#run();
  }

  /**
   * Waits until something holds, which is asked after each change of the store.
   *
   * @param milliseconds - after which it gives up
   * @returns whether it holds
   */
  async until(holds: (store: TeamStore) => boolean, milliseconds: number): Promise<boolean> {
    const does = (): boolean => this.#store !== undefined && holds(this.#store);
    if (does()) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const look = (): void => {
      if (does()) resolve(true);
    };
    this.#waiting.add(look);
    const timer = setTimeout(() => resolve(false), milliseconds);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(look);
    }
  }

  /** Ends both watches. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#ending.signal.aborted;) {
      const listed = await this.#list();
      if (listed === undefined) {
        failures += 1;
        await this.#pause(failures);
        continue;
      }
      failures = 0;
      await this.#follow(listed.store, listed.header);
    }
  }

  async #list(): Promise<{ readonly store: TeamStore; readonly header: EtcdHeader } | undefined> {
    const own: Change[] = [];
    const published: Change[] = [];
    const into = (list: Change[]) => (items: readonly EtcdItem[]) => {
      for (const item of items) list.push({ key: item.key, revision: item.modRevision, item });
    };
    const { client, path, memory } = this.#options;
    const header = await client.list(this.#ranges.own, into(own));
    if (!header.ok) return this.#note("list", header.failure.trouble);
    const second = await client.list(this.#ranges.published, into(published), { at: header.value.revision });
    if (!second.ok) return this.#note("list", second.failure.trouble);
    const store = new TeamStore({ path, header: header.value, memory });
    await inSlices(takeListed(store, { own, published, revision: header.value.revision }));
    const trouble = this.#judge(store);
    if (trouble !== undefined) return this.#note("list", trouble);
    this.#store?.replace();
    this.#store = store;
    this.#teamId = store.meta?.id;
    this.#lists += 1;
    this.#troubles.clear();
    this.#told();
    this.#changed();
    return { store, header: header.value };
  }

  /** A store of nobody, or of another team, is never taken for one that has nothing. */
  #judge({ meta }: TeamStore): Trouble | undefined {
    if (this.#teamId !== undefined && meta?.id !== this.#teamId) {
      return otherTeam(this.#store?.meta?.name ?? this.#teamId, meta?.name);
    }
    return meta === undefined ? notATeam(this.#options.client.places) : undefined;
  }

  /** Follows both ranges until one of them must be listed again. */
  async #follow(store: TeamStore, header: EtcdHeader): Promise<void> {
    const stopping = new AbortController();
    const signal = AbortSignal.any([this.#ending.signal, stopping.signal]);
    const { publication } = store;
    const watch = (name: "own" | "published", take: (changes: readonly Change[], revision: bigint) => void) => {
      const from = name === "own" ? header.revision : publication.historyStart;
      return this.#watch({ name, header, from, store, signal, take }).finally(() => stopping.abort());
    };
    await Promise.all([
      watch("own", (changes, revision) => {
        // Whose store it is now is judged with all that it holds. Until then nothing of it is taken over, so that what
        // is planned meanwhile compares the identity of before, and is refused.
        if (changes.some(({ key }) => key === metaKey)) stopping.abort();
        else store.takeOwn(changes, revision);
      }),
      watch("published", (changes) => store.takePublished(changes)),
    ]);
  }

  /** Ends when the range must be listed again, or is not wanted any more. */
  async #watch({
    name,
    header,
    from,
    store,
    signal,
    take,
  }: {
    readonly name: "own" | "published";
    readonly header: EtcdHeader;
    /** After which revision changes are wanted; those up to the header's are history, of which some may be gone. */
    readonly from: bigint;
    readonly store: TeamStore;
    readonly signal: AbortSignal;
    readonly take: (changes: readonly Change[], revision: bigint) => void;
  }): Promise<void> {
    let last = from;
    let [failures, term] = [0, header.raftTerm];
    while (!signal.aborted) {
      for await (const news of this.#options.client.watch(this.#ranges[name], last + 1n, signal)) {
        if (news.kind === "compacted") {
          if (news.revision > header.revision) return;
          last = news.revision;
          store.publication.log.begin(last);
          break;
        }
        if (news.kind === "refused" || news.kind === "broken") {
          this.#note(name, news.failure.trouble);
          break;
        }
        const least = last > header.revision ? last : header.revision;
        if (isOther(news.header, { ...header, revision: least, raftTerm: term })) return;
        [failures, term] = [0, news.header.raftTerm];
        store.publication.note(news.header);
        if (this.#troubles.delete(name)) this.#told();
        const { changes, revision } = contentOf(news, last);
        if (revision === last) continue;
        last = revision;
        await this.#options.inTurn(() => take(changes, revision));
        if (name === "published") store.publication.reach(revision);
        this.#changed();
      }
      failures += 1;
      await this.#pause(failures, signal);
    }
  }

  #changed(): void {
    for (const look of this.#waiting) look();
    this.#options.onChange();
  }

  #note(name: string, trouble: Trouble): undefined {
    const isNew = this.#troubles.get(name)?.message !== trouble.message;
    // What ended the watches is over once it is known what there is in their place.
    if (name === "list") this.#troubles.clear();
    this.#troubles.set(name, trouble);
    if (isNew) this.#told();
  }

  #told(): void {
    const isLive = this.#troubles.size === 0;
    if (isLive !== this.#wasLive) this.#since = Date.now();
    this.#wasLive = isLive;
    this.#options.onTrouble(this.trouble);
  }

  async #pause(failures: number, signal: AbortSignal = this.#ending.signal): Promise<void> {
    const most = Math.min(pauses.first * 2 ** (failures - 1), pauses.most);
    await sleep(most * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
  }
}

/** Takes a whole list over, which may be long. Nobody sees the store yet. */
function* takeListed(
  store: TeamStore,
  listed: { readonly own: readonly Change[]; readonly published: readonly Change[]; readonly revision: bigint },
): Steps<void> {
  yield* forEachInSteps(listed.own, (change) => store.takeOwn([change], listed.revision));
  store.takeOwn([], listed.revision);
  yield* forEachInSteps(listed.published, (change) => store.publishedKeys.take(change));
}

/** Whether an answer is from another cluster, or from an earlier time of the same: a snapshot was restored. */
function isOther(found: EtcdHeader, known: EtcdHeader): boolean {
  return found.clusterId !== known.clusterId || found.revision < known.revision || found.raftTerm < known.raftTerm;
}

/** What is to be taken over, and the revision up to which it brings the store. */
function contentOf(
  news: Extract<WatchNews, { kind: "created" | "events" | "bookmark" }>,
  last: bigint,
): { readonly changes: readonly Change[]; readonly revision: bigint } {
  if (news.kind === "bookmark") return { changes: [], revision: news.header.revision };
  if (news.kind === "created") return { changes: [], revision: last };
  return { changes: news.events.map(changeOf), revision: news.events.at(-1)?.modRevision ?? last };
}
