/** The sink of a team server: keeps what is published in SkyDNS layout as the view says, also when others change it. */
import { setTimeout as sleep } from "node:timers/promises";
import { shorten } from "../base/printable.ts";
import type { Trouble } from "../base/trouble.ts";
import type { Refused, Sink, SinkReport } from "../engine/sink.ts";
import type { EtcdClient } from "../etcd/client.ts";
import type { EtcdFailure } from "../etcd/failure.ts";
import type { View, ViewEntry } from "../records/view.ts";
import { type Committed, commitChunks } from "./commit-chunks.ts";
import type { Follower } from "./follower.ts";
import { readLastHead } from "./last-head.ts";
import { type Chunk, toChunks } from "./plan/chunks.ts";
import { metaKey } from "./plan/keys.ts";
import { isUnservable } from "./plan/projection.ts";
import { Suspects } from "./suspects.ts";
import type { TeamStore } from "./team-store.ts";
import { contended, starting } from "./trouble.ts";

/** Why something of the view is not published. */
export type ProjectionReason = "projection-name" | "projection-type";

interface ProjectionSinkOptions {
  readonly client: EtcdClient;
  readonly follower: Follower;
}

/** Milliseconds without news in which what another server writes with its records comes without a write of ours. */
const settling = { least: 40, more: 120 } as const;

const mostRounds = 5;

export class ProjectionSink implements Sink {
  readonly id = "skydns";
  readonly title = "SkyDNS projection";
  readonly #options: ProjectionSinkOptions;
  readonly #suspects = new Suspects();
  /** What is not published, by the name. */
  readonly #refused = new Map<string, ReturnType<typeof refusalsOf>>();
  #store: TeamStore | undefined;
  #view: View | undefined;
  #repairs = 0;

  constructor(options: ProjectionSinkOptions) {
    this.#options = options;
  }

  /** Number of keys since the start that others had changed, and that were put right. */
  get repairs(): number {
    return this.#repairs;
  }

  /** What others change meanwhile is looked at next time. */
  async apply(view: View): Promise<SinkReport> {
    const { store } = this.#options.follower;
    if (store === undefined) return { ok: false, trouble: starting(this.#options.client.places) };
    const { viewed } = store;
    this.#want(store, view);
    this.#suspects.begin(store);
    let written = 0;
    for (let round = 0; round <= mostRounds; round += 1) {
      if (await this.#settles(store)) return this.#report(written);
      if (round === mostRounds) break;
      const isOvertaken = await this.#isOvertaken(viewed);
      // By the view that is due it is right, or will be made so.
      if (isOvertaken === true) return this.#report(written);
      if (isOvertaken !== false) return { ok: false, trouble: isOvertaken };
      const outcome = await this.#write(store);
      if ("trouble" in outcome) return { ok: false, trouble: outcome.trouble };
      written += outcome.written;
    }
    return { ok: false, trouble: contended };
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #report(written: number): SinkReport {
    const method = written === 0 ? "unchanged" : "etcd";
    const refused = [...this.#refused.values()].flat();
    return { ok: true, method, diff: { added: [], removed: [] }, refused, notices: [] };
  }

  /** Brings what is wanted up to the view; only what is another entry than before is looked at. */
  #want(store: TeamStore, view: View): void {
    const { projection } = store;
    const isOther = store !== this.#store || view.domains.join() !== projection.domains.join();
    if (isOther) {
      this.#suspects.note(projection.wanted.keys());
      projection.reset(view.domains);
      this.#suspects.note(projection.wanted.keys());
    }
    const before = isOther ? [] : (this.#view?.entries ?? []);
    if (before.length === 0) this.#refused.clear();
    const changes = new Map<string, string | undefined>();
    for (const [name, entry] of before === view.entries ? [] : differing(before, view.entries)) {
      projection.set(name, entry, changes);
      const refusals = entry === undefined ? [] : refusalsOf(entry);
      if (refusals.length === 0) this.#refused.delete(name);
      else this.#refused.set(name, refusals);
    }
    this.#suspects.note(changes.keys());
    [this.#store, this.#view] = [store, view];
  }

  /** Whether everything comes right without a write of ours, while news come of what others write. */
  async #settles(store: TeamStore): Promise<boolean> {
    const { follower } = this.#options;
    while (!this.#suspects.areClear(store)) {
      const { taken } = store.publishedKeys;
      const patience = settling.least + Math.random() * settling.more;
      const hasNews = (): boolean => store.publishedKeys.taken > taken || follower.store !== store;
      if (!(await follower.until(hasNews, patience))) return false;
    }
    return true;
  }

  /**
   * Whether what differs may have been written together with records that are not in the view: those come by another
   * watch, perhaps later. What others wrote so must not be taken back for a moment.
   *
   * @param viewed - up to which every change of records is in the view
   */
  async #isOvertaken(viewed: bigint): Promise<boolean | Trouble> {
    if (!this.#suspects.isLaterThan(viewed)) return false;
    const last = await readLastHead(this.#options.client);
    return last.ok ? last.value > viewed : last.failure.trouble;
  }

  async #write(store: TeamStore): Promise<{ readonly written: number } | { readonly trouble: Trouble }> {
    const { wanted } = store.projection;
    const keys = this.#suspects.open();
    const parts = keys.map((key) => ({ changes: new Map([[key, wanted.get(key)]]) }));
    const chunks = toChunks(parts, {
      revisionOf: (key) => store.published(key)?.modRevision ?? 0n,
      guards: [{ key: metaKey, modRevision: store.metaRevision }],
      head: undefined,
    });
    const repaired = keys.filter((key) => !this.#suspects.isOfView(key)).length;
    const progress = await commitChunks<Failed>(
      chunks,
      (chunk) => this.#commit(chunk),
      () => undefined,
    );
    const { failure } = progress;
    if (failure?.kind === "failed") return { trouble: failure.failure.trouble };
    this.#repairs += Math.min(repaired, progress.keys);
    // Somebody else was faster, and what they did is on its way.
    if (failure !== undefined) await sleep(Math.random() * 50);
    return { written: progress.keys };
  }

  async #commit(chunk: Chunk): Promise<Committed<Failed>> {
    const outcome = await this.#options.client.commit(chunk);
    if (outcome.kind === "done") return { kind: "done", revision: outcome.header.revision };
    return outcome.kind === "lost" ? outcome : { kind: "failed", failure: outcome.failure };
  }
}

type Failed = { readonly kind: "lost" } | { readonly kind: "failed"; readonly failure: EtcdFailure };

/** What differs between two lists of entries, both in the order of their names: the entry that is there now, if one is. */
function* differing(
  before: readonly ViewEntry[],
  after: readonly ViewEntry[],
): Generator<readonly [name: string, entry: ViewEntry | undefined]> {
  let place = 0;
  for (const entry of after) {
    for (let old = before[place]; old !== undefined && old.name < entry.name; old = before[place]) {
      yield [old.name, undefined];
      place += 1;
    }
    const old = before[place];
    if (old?.name === entry.name) place += 1;
    if (old !== entry) yield [entry.name, entry];
  }
  for (const { name } of before.slice(place)) yield [name, undefined];
}

/** What of an entry is not published. */
function refusalsOf({ name, others }: ViewEntry): readonly (Refused & { readonly reason: ProjectionReason })[] {
  if (isUnservable(name)) {
    const sentence = `${shorten(name)} is not published: CoreDNS takes its labels \`*\` and \`any\` for any label.`;
    return [{ name, reason: "projection-name", sentence }];
  }
  return others.map(({ type }) => ({
    name,
    type,
    reason: "projection-type",
    sentence: `${shorten(name)} is not published as ${shorten(type)}: the projection holds addresses alone.`,
  }));
}
