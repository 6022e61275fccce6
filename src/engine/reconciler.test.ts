/** The reconciler: one flight at a time, nothing answered before it is shown, and it heals without help. */
import { truncateSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import type { Sink, SinkReport } from "./sink.ts";
import { type ClusterSettings, defaultCluster } from "../records/cluster.ts";
import { type Endpoint, planMutation } from "../records/endpoint.ts";
import { externalDNSFeed } from "../records/feed.ts";
import type { View } from "../records/view.ts";
import { viewOf } from "./current-view.ts";
import { Reconciler, type ReconcilerOptions } from "./reconciler.ts";
import { StoreKeeper } from "./keeper.ts";
import { keepFolder, keepInMemory } from "../store/keepers.ts";
import { openMemoryStore, recoverStore } from "../store/open.ts";
import { databaseName } from "../store/set-aside.ts";
import type { Store, StoredCluster } from "./store.ts";
import type { Trouble } from "../base/trouble.ts";

const settings = { clusterIPs: ["192.0.2.7"], domains: ["dtk.io"], targets: "cluster" } as unknown as ClusterSettings;
const full: Trouble = { code: "hosts-file-disk-full", message: "The disk is full.", hint: "Make room." };
const fine: SinkReport = { ok: true, method: "rename", diff: { added: [], removed: [] }, refused: [], notices: [] };

/** A sink whose writes take as long as the test says, and fail when the test says. */
class SlowSink implements Sink {
  readonly id: string;
  readonly title: string;
  bug: Error | undefined;
  readonly shown: (readonly string[])[] = [];
  answer: SinkReport = fine;
  inFlight = 0;
  maxInFlight = 0;
  #gate: PromiseWithResolvers<void> | undefined;

  constructor(id = "slow") {
    this.id = id;
    this.title = `${id} sink`;
  }

  hold(): () => void {
    const gate = Promise.withResolvers<void>();
    this.#gate = gate;
    return () => {
      this.#gate = undefined;
      gate.resolve();
    };
  }

  async apply(view: View): Promise<SinkReport> {
    this.maxInFlight = Math.max(this.maxInFlight, ++this.inFlight);
    await this.#gate?.promise;
    this.inFlight--;
    if (this.bug !== undefined) throw this.bug;
    this.shown.push(view.entries.map(({ name }) => name));
    return this.answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

const noChange = { create: [], updateOld: [], updateNew: [], delete: [] };

function add(...names: string[]): (store: Store) => void {
  const create = names.map((name): Endpoint => ({
    dnsName: `${name}.dtk.io`,
    recordType: "CNAME",
    targets: [`${name}.dtk.io`],
  }));
  return (store) => store.apply(defaultCluster, externalDNSFeed, planMutation({ ...noChange, create }));
}

function start(keeper = keepInMemory(), options: Pick<ReconcilerOptions, "previous"> = {}) {
  const { other: _, ...started } = startTwo(keeper, { ...options, only: true });
  return started;
}

function startTwo(
  keeper = keepInMemory(),
  { only = false, ...options }: Pick<ReconcilerOptions, "previous"> & { readonly only?: boolean } = {},
) {
  const [sink, other] = [new SlowSink(), new SlowSink("other")];
  const listener = { shown: vi.fn(), storeTrouble: vi.fn(), viewTrouble: vi.fn() };
  const reconciler = new Reconciler({
    keeper,
    sinks: only ? [sink] : [sink, other],
    ownNames: () => new Set(),
    listener,
    now: () => 5,
    retry: { first: 5, most: 20 },
    ...options,
  });
  return { sink, other, listener, reconciler };
}

describe("a change", () => {
  test("is answered once it is stored and shown", async () => {
    const { sink, reconciler } = start();
    await reconciler.change((store) => store.configure(defaultCluster, settings));
    await expect(reconciler.change(add("a"))).resolves.toEqual({ ok: true });
    expect(sink.shown.at(-1)).toEqual(["a.dtk.io"]);
    expect(reconciler.state()).toMatchObject({ ready: true, storeTrouble: undefined });
    expect(reconciler.state().lastWrites.get("slow")).toEqual({ at: 5, method: "rename" });
  });

  test("that came while a write was under way is in the one behind it, with all others that waited", async () => {
    const { sink, reconciler } = start();
    await reconciler.change((store) => store.configure(defaultCluster, settings));
    const release = sink.hold();
    const changes = ["a", "b", "c", "d"].map((name) => reconciler.change(add(name)));
    release();
    await expect(Promise.all(changes)).resolves.toEqual(changes.map(() => ({ ok: true })));
    expect(sink.shown.at(-1)).toEqual(["a.dtk.io", "b.dtk.io", "c.dtk.io", "d.dtk.io"]);
    expect(sink.shown.slice(1)).toHaveLength(2);
    expect(sink.maxInFlight).toBe(1);
  });

  test("is known to be at work until it is shown", async () => {
    const { sink, reconciler } = start();
    await reconciler.change((store) => store.configure(defaultCluster, settings));
    expect(reconciler.state().busyFor).toBe(0);
    const release = sink.hold();
    const change = reconciler.change(add("a"));
    await expect.poll(() => reconciler.state().busyFor).toBeGreaterThan(20);
    release();
    await change;
    expect(reconciler.state().busyFor).toBe(0);
  });

  test("never overlaps another, however they come", async () => {
    const { sink, reconciler } = start();
    await reconciler.change((store) => store.configure(defaultCluster, settings));
    for (let round = 0; round < 20; round++) {
      const release = sink.hold();
      const changes = Array.from({ length: 5 }, (_, index) => reconciler.change(add(`r${round}-${index}`)));
      queueMicrotask(release);
      await changes[round % 5];
      void reconciler.reconcile();
      await Promise.all(changes);
    }
    await reconciler.reconcile();
    expect(sink.maxInFlight).toBe(1);
    expect(sink.shown.at(-1)).toHaveLength(100);
  });

  test("whose sink fails is stored, reported, and shown later without being asked", async () => {
    const { sink, reconciler } = start();
    await reconciler.change((store) => store.configure(defaultCluster, settings));
    sink.answer = { ok: false, trouble: full };
    const trouble = { ...full, isRetried: true };
    await expect(reconciler.change(add("a"))).resolves.toEqual({ ok: false, stored: true, trouble });
    expect(reconciler.state().ready).toBe(false);
    const before = sink.shown.length;
    await expect.poll(() => sink.shown.length).toBeGreaterThan(before + 1);
    sink.answer = fine;
    await expect.poll(() => reconciler.state().ready).toBe(true);
    const after = sink.shown.length;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(sink.shown).toHaveLength(after);
  });
});

describe("a store that cannot be used", () => {
  test("leaves the sinks alone, and both heal when it does", async () => {
    using folder = temporaryFolder();
    using keeper = keepFolder({ folder: folder.path, now: () => 0 }, (store) =>
      store.configure(defaultCluster, settings),
    );
    const { sink, listener, reconciler } = start(keeper);
    await reconciler.change(add("a"));
    keeper[Symbol.dispose]();
    truncateSync(join(folder.path, databaseName), 10);
    const before = sink.shown.length;
    await expect(reconciler.change(add("b"))).resolves.toMatchObject({
      ok: false,
      stored: false,
      trouble: { code: "state-damaged" },
    });
    await reconciler.reconcile();
    expect(sink.shown).toHaveLength(before);
    expect(listener.storeTrouble).toHaveBeenCalled();
    expect(reconciler.state()).toMatchObject({ ready: false, storeTrouble: { code: "state-damaged" } });
    recoverStore({ folder: folder.path, now: () => 0 });
    await expect.poll(() => reconciler.state().ready).toBe(true);
    expect(sink.shown.at(-1)).toEqual([]);
    await reconciler[Symbol.asyncDispose]();
  });
});

describe("a name that several clusters want", () => {
  const [first, second] = ["first", "second"] as unknown as [typeof defaultCluster, typeof defaultCluster];
  const withoutIP = { ...settings, clusterIPs: [] };
  const holder = (reconciler: Reconciler): unknown => reconciler.state().view.entries.map(({ cluster }) => cluster);
  /** Its record came first, but it could not be shown. */
  const wanted = (store: Store): void => {
    for (const [name, its] of [[first, withoutIP] as const, [second, settings] as const]) {
      store.configure(name, its);
      store.apply(
        name,
        externalDNSFeed,
        planMutation({ ...noChange, create: [{ dnsName: "a.dtk.io", recordType: "A" }] }),
      );
    }
  };

  test("stays with the one that has it, also when the other wanted it first", async () => {
    const { reconciler } = start();
    await reconciler.change(wanted);
    expect(holder(reconciler)).toEqual([second]);
    await reconciler.change((store) => store.configure(first, settings));
    expect(holder(reconciler)).toEqual([second]);
  });

  test("stays with it over a restart", async () => {
    using folder = temporaryFolder();
    const options = { folder: folder.path, now: () => 0 };
    {
      using keeper = keepFolder(options);
      const { reconciler } = start(keeper);
      await reconciler.change(wanted);
      await reconciler.change((store) => store.configure(first, settings));
    }
    using keeper = keepFolder(options);
    const { reconciler } = start(keeper);
    await reconciler.reconcile();
    expect(holder(reconciler)).toEqual([second]);
  });

  test("stays with it when the start itself brings the other's settings", async () => {
    using folder = temporaryFolder();
    const options = { folder: folder.path, now: () => 0 };
    {
      using keeper = keepFolder(options);
      await start(keeper).reconciler.change(wanted);
    }
    let previous: View | undefined;
    using keeper = keepFolder(options, (store) => {
      previous = viewOf(store, new Set());
      store.configure(first, settings);
    });
    const { reconciler } = start(keeper, { previous: () => previous });
    await reconciler.reconcile();
    expect(holder(reconciler)).toEqual([second]);
  });
});

describe("an error that nobody expected", () => {
  const bug = new TypeError("not a function");
  const trouble = { code: "internal-error", message: expect.stringContaining("TypeError: not a function") };

  /** A real store with one record that cannot be looked at while the test says so. */
  const poisoned = () => {
    let isPoisoned = false;
    const store = openMemoryStore();
    const poison = (cluster: StoredCluster): StoredCluster => ({
      ...cluster,
      records: [...cluster.records].map((record) =>
        Object.defineProperty({ ...record }, "dnsName", {
          get: () => {
            if (isPoisoned) throw bug;
            return record.dnsName;
          },
        }),
      ),
    });
    const open = (): Store =>
      new Proxy(store, {
        get: (target, key) => {
          if (key === "clusters") return () => [...target.clusters()].map(poison);
          const value: unknown = Reflect.get(target, key, target);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    const explain = (error: unknown): never => {
      throw error;
    };
    return {
      keeper: new StoreKeeper({ open, isDamage: () => false, explain }),
      poison: (is: boolean) => (isPoisoned = is),
    };
  };

  test("of a sink, at the start and at a change: is reported, other sinks are served, and it retries", async () => {
    const { reconciler, sink, other, listener } = startTwo();
    await using _ = reconciler;
    sink.bug = bug;
    await reconciler.reconcile();
    expect(reconciler.state()).toMatchObject({
      ready: false,
      reports: new Map<string, unknown>([
        ["slow", { ok: false, trouble }],
        ["other", fine],
      ]),
    });
    await reconciler.change((store) => store.configure(defaultCluster, settings));
    await expect(reconciler.change(add("a"))).resolves.toMatchObject({ ok: false, stored: true, trouble });
    expect(other.shown.at(-1)).toEqual(["a.dtk.io"]);
    expect(listener.shown).toHaveBeenCalledWith(
      expect.objectContaining({ report: expect.objectContaining({ cause: bug }) }),
    );
    sink.bug = undefined;
    await expect.poll(() => reconciler.state().ready).toBe(true);
    expect(sink.shown.at(-1)).toEqual(["a.dtk.io"]);
  });

  test("of a sink, after an edit from outside, and when it is asked for once more", async () => {
    const { reconciler, sink } = start();
    await using _ = reconciler;
    await reconciler.reconcile();
    sink.bug = bug;
    // As the sink itself asks for it; nobody looks at the promise.
    void reconciler.reconcile();
    await expect.poll(() => reconciler.state().ready).toBe(false);
    expect(await reconciler.reconcile()).toMatchObject({ ok: false, trouble });
  });

  test("of the view, at the start and at a change: the sinks keep what they show", async () => {
    const { keeper, poison } = poisoned();
    const { reconciler, sink, listener } = start(keeper);
    await using _ = reconciler;
    await reconciler.change((store) => store.configure(defaultCluster, settings));
    await reconciler.change(add("a"));
    const before = sink.shown.length;
    poison(true);
    // More names than are looked at alone.
    const many = Array.from({ length: 50 }, (_name, index) => `b${index}`);
    await expect(reconciler.change(add(...many))).resolves.toMatchObject({ ok: false, stored: true, trouble });
    expect(reconciler.state()).toMatchObject({ ready: false, viewTrouble: trouble });
    expect(listener.viewTrouble).toHaveBeenCalledWith(expect.objectContaining(trouble), bug);
    expect(sink.shown).toHaveLength(before);
    expect(await reconciler.reconcile()).toMatchObject({ ok: false, trouble });
    const release = sink.hold();
    poison(false);
    // Worked out is not yet shown.
    await expect.poll(() => sink.inFlight).toBe(1);
    expect(reconciler.state()).toMatchObject({ ready: false, viewTrouble: trouble });
    release();
    await expect.poll(() => reconciler.state()).toMatchObject({ ready: true, viewTrouble: undefined });
    expect(sink.shown.at(-1)).toHaveLength(51);
  });

  test("of the view, at the start", async () => {
    const { keeper, poison } = poisoned();
    keeper.use((store) => {
      store.configure(defaultCluster, settings);
      add("a")(store);
    });
    poison(true);
    const { reconciler, sink } = start(keeper);
    await using _ = reconciler;
    await reconciler.reconcile();
    expect([reconciler.state().viewTrouble, sink.shown]).toEqual([expect.objectContaining(trouble), []]);
    poison(false);
    await expect.poll(() => sink.shown.at(-1)).toEqual(["a.dtk.io"]);
  });

  test("of the opening of the store: it is the store's trouble", async () => {
    let isBroken = true;
    const open = (): Store => {
      if (isBroken) throw bug;
      return openMemoryStore();
    };
    const keeper = new StoreKeeper({
      open,
      isDamage: () => false,
      explain: (error) => {
        throw error;
      },
    });
    const { reconciler, listener } = start(keeper);
    await using _ = reconciler;
    await reconciler.reconcile();
    expect(reconciler.state()).toMatchObject({ ready: false, storeTrouble: trouble });
    expect(listener.storeTrouble).toHaveBeenCalledWith(expect.objectContaining(trouble), bug);
    isBroken = false;
    await expect.poll(() => reconciler.state().ready).toBe(true);
  });

  test("of a listener: is not ready, and retries", async () => {
    const { reconciler, sink, listener } = start();
    await using _ = reconciler;
    listener.shown.mockImplementation(() => {
      throw bug;
    });
    await expect(reconciler.change(add("a"))).resolves.toMatchObject({ ok: false, stored: true, trouble });
    listener.shown.mockReset();
    await expect.poll(() => reconciler.state().ready).toBe(true);
    expect(sink.shown.length).toBeGreaterThan(1);
  });

  test("of a change itself: nothing is stored, and the store stays in use", async () => {
    const { reconciler, listener } = start();
    await using _ = reconciler;
    const broken = (): never => {
      throw bug;
    };
    await expect(reconciler.change(broken)).resolves.toMatchObject({ ok: false, stored: false, trouble });
    expect(listener.storeTrouble).toHaveBeenCalledWith(expect.objectContaining(trouble), bug);
    await expect(reconciler.change(add("a"))).resolves.toEqual({ ok: true });
  });

  test("while it stops: it still stops", async () => {
    const { reconciler, sink } = start();
    const release = sink.hold();
    const change = reconciler.change(add("a"));
    sink.bug = bug;
    const disposed = reconciler[Symbol.asyncDispose]();
    release();
    await expect(disposed).resolves.toBeUndefined();
    await expect(change).resolves.toMatchObject({ ok: false, stored: true, trouble });
  });
});

test("disposing waits for the flight and ends the retries", async () => {
  const { sink, reconciler } = start();
  sink.answer = { ok: false, trouble: full };
  const release = sink.hold();
  const change = reconciler.change(add("a"));
  const disposed = reconciler[Symbol.asyncDispose]();
  release();
  await Promise.all([change, disposed]);
  const after = sink.shown.length;
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(sink.shown).toHaveLength(after);
});

test("once disposed it does nothing, whatever is reported late", async () => {
  const open = vi.fn(() => openMemoryStore());
  const keeper = new StoreKeeper({
    open,
    isDamage: () => false,
    explain: (error) => {
      throw error;
    },
  });
  const { sink, reconciler } = start(keeper);
  await reconciler.change(add("a"));
  await reconciler[Symbol.asyncDispose]();
  keeper[Symbol.dispose]();
  await reconciler.reconcile();
  expect([sink.shown.length, open.mock.calls.length]).toEqual([1, 1]);
});

test("a sink that writes nothing takes the view first, and is listed where it was given", async () => {
  const order: string[] = [];
  const sinkOf = (id: string, isInMemory: boolean): Sink => ({
    id,
    title: id,
    isInMemory,
    apply: async () => {
      order.push(id);
      return { ok: true, method: "written", diff: { added: [], removed: [] }, refused: [], notices: [] };
    },
    [Symbol.asyncDispose]: async () => undefined,
  });
  await using reconciler = new Reconciler({
    keeper: keepInMemory(),
    sinks: [sinkOf("file", false), sinkOf("memory", true)],
    ownNames: () => new Set(),
    listener: { shown: () => undefined, storeTrouble: () => undefined, viewTrouble: () => undefined },
    now: Date.now,
  });
  await reconciler.reconcile();
  expect(order).toEqual(["memory", "file"]);
  expect(reconciler.state().sinks.map(({ id }) => id)).toEqual(["file", "memory"]);
});
