/** A store knows how far it has come: over restarts, whatever changed last, and what it must not fall behind. */
import { storeCodeOf } from "../../test/support/store-code.ts";
import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { copySavedState } from "../../test/support/saved-state.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { finish } from "../base/steps.ts";
import { type ClusterName, defaultCluster, initialSettings } from "../records/cluster.ts";
import { externalDNSFeed } from "../records/feed.ts";
import { planMutation } from "../records/endpoint.ts";
import type { ALabelName } from "../records/name.ts";
import { type Position, covers } from "../records/position.ts";
import { keepFolder } from "./keepers.ts";
import { openMemoryStore, openStore, recoverStore } from "./open.ts";
import { databaseName } from "./set-aside.ts";
import type { Store } from "../engine/store.ts";

const now = (): number => 0;

function change(store: Store, names: { readonly put?: readonly string[]; readonly remove?: readonly string[] }): void {
  const endpoint = (dnsName: string) => ({ dnsName, recordType: "A", targets: ["192.0.2.1"] });
  const { put = [], remove = [] } = names;
  const sent = { create: put.map(endpoint), updateOld: [], updateNew: [], delete: remove.map(endpoint) };
  store.apply(defaultCluster, externalDNSFeed, planMutation(sent));
}

function openBeside(folder: string, ...positions: readonly (Position | undefined)[]): Store {
  return openStore({ folder, now, shown: () => ({ ok: true, positions }) });
}

const ofDefault = { cluster: defaultCluster, feed: externalDNSFeed };

describe("the generation", () => {
  test("grows with each change, and with nothing else", () => {
    using store = openMemoryStore();
    const steps: [string, (store: Store) => void, number][] = [
      ["a new record", () => change(store, { put: ["a.io"] }), 1],
      ["the same again", () => change(store, { put: ["a.io"] }), 0],
      ["a call", () => store.memory.heard(ofDefault, { at: 1, caller: "192.0.2.9", matchedIP: undefined }), 0],
      ["removing", () => change(store, { remove: ["a.io"] }), 1],
      ["removing what is not there", () => change(store, { remove: ["a.io"] }), 0],
      ["settings", () => store.configure("c" as ClusterName, initialSettings), 1],
      ["a holder", () => finish(store.setHoldersInSteps(new Map([["a.io" as ALabelName, defaultCluster]]))), 1],
      ["forgetting", () => store.forget("c" as ClusterName), 1],
    ];
    for (const [what, work, grown] of steps) {
      const before = store.position.generation;
      work(store);
      expect(store.position.generation - before, what).toBe(grown);
    }
  });

  test("outlives restarts, whatever the changes were", () => {
    const names = fc.subarray(["a.io", "b.io", "c.io"]);
    fc.assert(
      fc.property(fc.array(fc.record({ put: names, remove: names }), { maxLength: 8 }), (changes) => {
        using folder = temporaryFolder();
        const ends: Position[] = [];
        const starts: Position[] = [];
        for (const step of changes) {
          using store = openBeside(folder.path, ...ends);
          starts.push(store.position);
          change(store, step);
          ends.push(store.position);
        }
        expect(starts.slice(1)).toEqual(ends.slice(0, -1));
      }),
      { numRuns: 25 },
    );
  });

  test("costs an added record no page of the log", () => {
    using folder = temporaryFolder();
    using store = openBeside(folder.path);
    const log = join(folder.path, `${databaseName}-wal`);
    change(store, { put: ["a.io"] });
    const before = statSync(log).size;
    change(store, { put: ["b.io"] });
    // The page of the table alone: 4,096 bytes and the head of the frame (sqlite.org/fileformat2.html, section 4.1).
    expect(statSync(log).size - before).toBe(4096 + 24);
  });
});

describe("beside what was shown", () => {
  test("only a store that has all of it is opened; others are left as they are", () => {
    using folder = temporaryFolder();
    const { id, generation } = ((): Position => {
      using store = openBeside(folder.path);
      change(store, { put: ["a.io"] });
      return store.position;
    })();
    const open = (...positions: readonly (Position | undefined)[]): string =>
      storeCodeOf(() => openBeside(folder.path, ...positions)[Symbol.dispose]());
    expect(open()).toBe("none");
    expect(open(undefined)).toBe("none");
    expect(open({ id, generation: generation - 1 })).toBe("none");
    expect(open({ id, generation: generation + 1 })).toBe("state-lost");
    expect(open({ id: "0".repeat(16), generation: 0 })).toBe("state-lost");
    expect(open({ id, generation })).toBe("none");
  });

  test.each([[undefined], [{ id: "0".repeat(16), generation: 3 }]])("no store is made beside %j", (position) => {
    using folder = temporaryFolder();
    const state = join(folder.path, "state");
    expect(storeCodeOf(() => openBeside(state, position))).toBe("state-lost");
    expect(existsSync(state)).toBe(false);
  });

  test("recover goes on from there, and what was shown before is its own", () => {
    using folder = temporaryFolder();
    const before = { id: "0".repeat(16), generation: 7 };
    expect(recoverStore({ folder: folder.path, now })).toEqual({ kind: "afresh", copies: [] });
    {
      using store = openBeside(folder.path, before);
      expect(covers(store.position, before)).toBe(true);
    }
    expect(storeCodeOf(() => openBeside(folder.path, { ...before, generation: 99 }))).toBe("state-lost");
  });

  test("what cannot be read keeps it closed", () => {
    using folder = temporaryFolder();
    const trouble = { code: "hosts-file-unreadable", message: "", hint: "" };
    const open = () => openStore({ folder: folder.path, now, shown: () => ({ ok: false, trouble }) });
    expect(storeCodeOf(open)).toBe(trouble.code);
  });
});

test("a database of version 0.1.0 gets a name and keeps its records", () => {
  using saved = copySavedState("0.1.0");
  using store = openBeside(saved.stateFolder, undefined);
  expect(store.position.id).toMatch(/^[0-9a-f]{16}$/);
  const before = store.countByType(defaultCluster).get("A") ?? 0;
  expect(before).toBeGreaterThan(0);
  change(store, { put: ["b.io"] });
  expect(store.countByType(defaultCluster).get("A")).toBe(before + 1);
});

test("a keeper leaves files that are not at their paths any more, and misses what it knew", () => {
  using folder = temporaryFolder();
  const state = join(folder.path, "state");
  using keeper = keepFolder({ folder: state, now });
  keeper.use((store) => change(store, { put: ["a.io"] }));
  renameSync(state, `${state}.away`);
  expect(keeper.isMoved).toBe(true);
  expect(storeCodeOf(() => keeper.use(() => 0))).toBe("state-lost");
  expect(existsSync(state)).toBe(false);
  renameSync(`${state}.away`, state);
  keeper.heal();
  expect(keeper.use((store) => store.countByType(defaultCluster))).toEqual(new Map([["A", 1]]));
  rmSync(join(state, `${databaseName}-wal`));
  expect(keeper.use((store) => store.countByType(defaultCluster))).toEqual(new Map([["A", 1]]));
});
