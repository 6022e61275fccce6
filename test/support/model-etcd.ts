/** Etcd as a map with revisions, for tests of what a team server plans: transactions compare, and take place whole or not at all. */
import { viewOf } from "../../src/engine/current-view.ts";
import type { EtcdItem } from "../../src/etcd/model.ts";
import { CallMemory } from "../../src/team-server/call-memory.ts";
import { type Chunk, toChunks } from "../../src/team-server/plan/chunks.ts";
import { metaKey, ownPrefix } from "../../src/team-server/plan/keys.ts";
import { type Wish, planWish } from "../../src/team-server/plan/plan.ts";
import { type Stamp, writeMeta } from "../../src/team-server/plan/values.ts";
import { TeamStore } from "../../src/team-server/team-store.ts";

interface Held {
  readonly text: string;
  readonly createRevision: bigint;
  readonly modRevision: bigint;
}

/** Who makes a change in these tests. */
export function stamp(change: string): Stamp {
  return { change, by: "server", at: "2026-01-01T00:00:00.000Z" };
}

export class ModelEtcd {
  readonly keys = new Map<string, Held>();
  #revision = 1n;
  #count = 0;

  /** Belongs to a team from the beginning. */
  constructor() {
    this.found("0123456789abcdef");
  }

  /** Makes it the store of a team. */
  found(id: string): void {
    this.#write([[metaKey, writeMeta({ name: "test", id })]]);
  }

  /** Whether the transaction took place. */
  commit({ compares, puts, deletes }: Chunk): boolean {
    const holds = compares.every((compare) => {
      const held = this.keys.get(compare.key);
      return "value" in compare ? held?.text === compare.value : (held?.modRevision ?? 0n) === compare.modRevision;
    });
    if (!holds) return false;
    const touched = [...puts.map(({ key }) => key), ...deletes];
    if (new Set(touched).size !== touched.length) throw new Error("etcd refuses a key that is given twice");
    this.#write([
      ...puts.map(({ key, value }) => [key, value] as const),
      ...deletes.map((key) => [key, undefined] as const),
    ]);
    return true;
  }

  /** Plans a wish as a server that just started, and carries it out. */
  grant(wish: Wish): void {
    this.#count += 1;
    for (const chunk of planWish(this.store(), wish, stamp(`t${this.#count}`))) {
      if (!this.commit(chunk)) throw new Error("the plan does not hold");
    }
  }

  /** Publishes what the view says, as the sink does; returns the keys that were not right. */
  show(): readonly string[] {
    const store = this.store();
    const { wanted } = store.projection;
    const published = [...this.keys.keys()].filter((key) => key.startsWith("/skydns/"));
    const wrong = new Set(
      [...wanted.keys(), ...published].filter((key) => this.keys.get(key)?.text !== wanted.get(key)),
    );
    const parts = [...wrong].map((key) => ({ changes: new Map([[key, wanted.get(key)]]) }));
    const revisionOf = (key: string): bigint => this.keys.get(key)?.modRevision ?? 0n;
    for (const chunk of toChunks(parts, { revisionOf, guards: [], head: undefined })) this.commit(chunk);
    return [...wrong].toSorted();
  }

  /** What a server knows that has just listed everything and worked out its view. */
  store(): TeamStore {
    const header = { clusterId: 1n, revision: this.#revision, raftTerm: 1n };
    const store = new TeamStore({ path: "/skydns", header, memory: new CallMemory() });
    const changes = Array.from(this.keys, ([key, { text, ...revisions }]) => {
      const item: EtcdItem = { key, value: Buffer.from(text), ...revisions };
      return { key, revision: item.modRevision, item };
    });
    store.takeOwn(
      changes.filter(({ key }) => key.startsWith(ownPrefix)),
      this.#revision,
    );
    for (const change of changes) if (!change.key.startsWith(ownPrefix)) store.publishedKeys.take(change);
    const view = viewOf(store, new Set());
    store.projection.reset(view.domains);
    for (const entry of view.entries) store.projection.set(entry.name, entry, new Map());
    return store;
  }

  #write(changes: readonly (readonly [string, string | undefined])[]): void {
    this.#revision += 1n;
    for (const [key, text] of changes) {
      const createRevision = this.keys.get(key)?.createRevision ?? this.#revision;
      if (text === undefined) this.keys.delete(key);
      else this.keys.set(key, { text, createRevision, modRevision: this.#revision });
    }
  }
}
