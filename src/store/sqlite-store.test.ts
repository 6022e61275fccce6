/** The store: verbatim, durable, and never silently empty. */
import { storeCodeOf } from "../../test/support/store-code.ts";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  copyFileSync,
  renameSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import type { Address } from "../records/address.ts";
import { type ClusterName, type ClusterSettings, defaultCluster, initialSettings } from "../records/cluster.ts";
import { type Endpoint, planMutation } from "../records/endpoint.ts";
import { externalDNSFeed } from "../records/feed.ts";
import { finish } from "../base/steps.ts";
import type { ALabelName } from "../records/name.ts";
import { keepFolder } from "./keepers.ts";
import { openStore, recoverStore } from "./open.ts";
import { damagedCopies, databaseName } from "./set-aside.ts";
import type { SourceCall } from "../engine/memory.ts";
import type { Store } from "../engine/store.ts";
import { DamageError } from "./trouble.ts";

const seed: Endpoint = {
  dnsName: "foo.dtk.io",
  recordType: "CNAME",
  targets: ["foo.dtk.io"],
  labels: { owner: "default" },
};
const ownership: Endpoint = {
  dnsName: "cname-foo.dtk.io",
  recordType: "TXT",
  targets: ['"heritage=external-dns,external-dns/owner=default"'],
};
const kind = "kind-a" as ClusterName;
const ofKind = { cluster: kind, feed: externalDNSFeed };
const ofDefault = { cluster: defaultCluster, feed: externalDNSFeed };

/** A call from an address, which is the cluster IP if it is that one. */
function callFrom(caller: string, at: number): SourceCall {
  return { at, caller, matchedIP: caller === "192.0.2.1" ? caller : undefined };
}

function open(folder: string): Store & Disposable {
  return openStore({ folder, now: () => 0 });
}

function put(store: Store, ...create: Endpoint[]): void {
  store.apply(defaultCluster, externalDNSFeed, planMutation({ create, updateOld: [], updateNew: [], delete: [] }));
}

function remove(store: Store, ...gone: Endpoint[]): void {
  store.apply(
    defaultCluster,
    externalDNSFeed,
    planMutation({ create: [], updateOld: [], updateNew: [], delete: gone }),
  );
}

function endpoints(store: Store, cluster = defaultCluster): unknown {
  return JSON.parse([...Iterator.from(store.endpointsJSON(cluster, externalDNSFeed))].join(""));
}

function failAsWhenFull(): void {
  throw Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR", errcode: 13 });
}

describe("what is put comes back", () => {
  test("over a restart, with labels, unknown keys and ownership records", () => {
    using folder = temporaryFolder();
    const odd = {
      ...seed,
      dnsName: "Odd.DTK.io.",
      shiny: { a: [1, null] },
      recordTTL: 7,
      providerSpecific: [{ name: "aws/x", value: "<&>" }],
    };
    {
      using store = open(folder.path);
      put(store, seed, ownership, odd);
    }
    using store = open(folder.path);
    expect(endpoints(store)).toEqual([ownership, seed, odd]);
    expect(store.countByType(defaultCluster)).toEqual(
      new Map([
        ["CNAME", 2],
        ["TXT", 1],
      ]),
    );
  });

  test("byte for byte, whatever the endpoint holds", () => {
    using folder = temporaryFolder();
    using store = open(folder.path);
    const texts = fc.string({ unit: "grapheme" });
    const anything = fc.record({
      dnsName: fc.domain(),
      recordType: fc.constantFrom("A", "TXT", "MX"),
      targets: fc.array(texts, { maxLength: 3 }),
      labels: fc.dictionary(texts, texts, { maxKeys: 3 }),
      extra: fc.jsonValue(),
    });
    fc.assert(
      fc.property(anything, (endpoint) => {
        put(store, endpoint);
        expect(store.endpointsJSON(defaultCluster, externalDNSFeed).next().value).toBe(`[${JSON.stringify(endpoint)}]`);
        remove(store, endpoint);
        expect(store.endpointsJSON(defaultCluster, externalDNSFeed).next().value).toBe("[]");
      }),
    );
  });

  test("an update replaces, in any spelling of the name, and keeps the place in the order of claims", () => {
    using folder = temporaryFolder();
    using store = open(folder.path);
    put(store, seed, { ...seed, dnsName: "bar.dtk.io" });
    put(store, { ...seed, dnsName: "FOO.dtk.io.", recordTTL: 60 });
    expect(endpoints(store)).toEqual([
      { ...seed, dnsName: "bar.dtk.io" },
      { ...seed, dnsName: "FOO.dtk.io.", recordTTL: 60 },
    ]);
    expect([...(store.cluster(defaultCluster)?.records ?? [])].map(({ name, sequence }) => [name, sequence])).toEqual([
      ["foo.dtk.io", 1],
      ["bar.dtk.io", 2],
    ]);
  });

  test("set identifiers and types are told apart, and removing an unknown record is fine", () => {
    using folder = temporaryFolder();
    using store = open(folder.path);
    put(store, { ...seed, setIdentifier: "a" }, { ...seed, setIdentifier: "b" }, { ...seed, recordType: "A" });
    remove(store, { ...seed, setIdentifier: "a" }, { ...seed, dnsName: "never.dtk.io" });
    expect(endpoints(store)).toEqual([
      { ...seed, recordType: "A" },
      { ...seed, setIdentifier: "b" },
    ]);
  });

  test("clusters are kept apart, with their settings, holders, negotiation and age", () => {
    using folder = temporaryFolder();
    const settings = {
      ...initialSettings,
      clusterIPs: ["192.0.2.1"],
      domains: ["dtk.io"],
      targets: "record",
    } as unknown as ClusterSettings;
    {
      using store = open(folder.path);
      store.configure(kind, settings);
      put(store, seed);
      finish(store.setHoldersInSteps(new Map([["foo.dtk.io" as ALabelName, kind]])));
      store.memory.negotiated(ofKind, { at: 5, include: ["dtk.io"] });
      store.memory.heard(ofKind, callFrom("192.0.2.8", 10));
      store.memory.heard(ofKind, callFrom("192.0.2.9", 20));
    }
    using store = open(folder.path);
    expect(store.cluster(kind)).toMatchObject({ settings });
    expect(store.memory.contact(ofKind)).toMatchObject({ heardAt: 20, caller: "192.0.2.9" });
    expect(store.memory.negotiation(ofKind)).toEqual({ at: 5, include: ["dtk.io"] });
    expect(endpoints(store, kind)).toEqual([]);
    expect(store.holders()).toEqual(new Map([["foo.dtk.io", kind]]));
    store.forget(kind);
    expect(store.cluster(kind)).toBeUndefined();
    expect(store.holders().size).toBe(0);
    expect(endpoints(store)).toEqual([seed]);
  });

  test("forgetting the cluster default leaves it as new", () => {
    using folder = temporaryFolder();
    using store = open(folder.path);
    put(store, seed);
    store.forget(defaultCluster);
    expect(store.cluster(defaultCluster)?.settings).toEqual(initialSettings);
    expect(endpoints(store)).toEqual([]);
  });
});

describe("a cluster's contact", () => {
  const contact = (store: Store) => store.memory.contact(ofKind);

  test("is where it called from last, the cluster IP that it once called from, and how long it has been silent", () => {
    using folder = temporaryFolder();
    {
      using store = open(folder.path);
      store.configure(kind, { ...initialSettings, clusterIPs: ["192.0.2.1" as Address] });
      store.memory.elapse(5000);
      expect(contact(store)).toEqual({ heardAt: undefined, caller: undefined, matchedIP: undefined, silentFor: 0 });
      store.memory.heard(ofKind, callFrom("192.0.2.1", 10));
      store.memory.elapse(5000);
      store.memory.heard(ofKind, callFrom("192.0.2.2", 20));
      store.memory.elapse(7000);
    }
    using store = open(folder.path);
    expect(contact(store)).toEqual({ heardAt: 20, caller: "192.0.2.2", matchedIP: "192.0.2.1", silentFor: 7000 });
    store.memory.elapse(1000);
    expect(contact(store).silentFor).toBe(8000);
    store.forget(kind);
    store.configure(kind, initialSettings);
    expect(contact(store)).toEqual({ heardAt: undefined, caller: undefined, matchedIP: undefined, silentFor: 0 });
  });

  test("is written now and then only, and outlives a server that is killed but for the last minutes", () => {
    using folder = temporaryFolder();
    const store = open(folder.path);
    store.configure(kind, initialSettings);
    store.memory.heard(ofKind, callFrom("192.0.2.1", 10));
    const written = (): number => statSync(join(folder.path, `${databaseName}-wal`)).size;
    const before = written();
    for (let minute = 1; minute < 10; minute++) store.memory.elapse(60_000);
    for (let minute = 1; minute < 10; minute++) store.memory.heard(ofKind, callFrom("192.0.2.1", 60_000 * minute));
    expect(written()).toBe(before);
    for (let minute = 0; minute < 15; minute++) store.memory.elapse(60_000);
    expect(written()).toBeGreaterThan(before);
    const copy = join(folder.path, "copy");
    mkdirSync(copy, { mode: 0o700 });
    for (const file of readdirSync(folder.path)) {
      if (file.startsWith(databaseName)) copyFileSync(join(folder.path, file), join(copy, file));
    }
    store[Symbol.dispose]();
    using killed = open(copy);
    expect(contact(killed).silentFor).toBe(600_000);
    killed.memory.heard(ofKind, callFrom("192.0.2.1", 61_000));
    expect(contact(killed).silentFor).toBe(0);
  });
});

test("when the records of a name were first stored is kept over changes, ownership records aside", () => {
  using folder = temporaryFolder();
  let time = 1000;
  const openLater = () => openStore({ folder: folder.path, now: () => time });
  {
    using store = openLater();
    put(store, seed);
    time = 2000;
    put(store, { ...seed, recordTTL: 60 }, { ...seed, recordType: "AAAA", targets: ["fd00::1"] });
    put(store, { ...ownership, dnsName: "late.dtk.io" });
    time = 3000;
    put(store, { ...seed, dnsName: "late.dtk.io" });
  }
  using store = openLater();
  const since = (name: string) => store.firstStored(defaultCluster, name);
  expect(["foo.dtk.io", "late.dtk.io", "never.dtk.io"].map(since)).toEqual([1000, 3000, undefined]);
  expect(store.firstStored(kind, "foo.dtk.io")).toBeUndefined();
});

describe("a database of an older version", () => {
  /** As version 1 made it. */
  const firstVersion = `
    CREATE TABLE cluster (
      name TEXT PRIMARY KEY, settings TEXT NOT NULL, heard_at INTEGER, negotiation TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE record (
      cluster TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, set_identifier TEXT NOT NULL,
      sequence INTEGER NOT NULL, endpoint TEXT NOT NULL,
      PRIMARY KEY (cluster, name, type, set_identifier)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE holder (name TEXT PRIMARY KEY, cluster TEXT NOT NULL) STRICT, WITHOUT ROWID;
    PRAGMA application_id = 0x68667331;
    PRAGMA user_version = 1;
    INSERT INTO cluster VALUES
      ('default', '{"clusterIPs":["192.0.2.1"],"domains":["dtk.io"],"targets":"cluster"}', 7, '{"at":5,"include":[]}');
    INSERT INTO record VALUES ('default', 'foo.dtk.io', 'CNAME', '', 3, '${JSON.stringify(seed)}');
    INSERT INTO holder VALUES ('foo.dtk.io', 'default');
  `;

  function makeFirstVersion(folder: string): string {
    const path = join(folder, databaseName);
    const database = new DatabaseSync(path);
    database.exec(firstVersion);
    database.close();
    return path;
  }

  test("is brought up with all that it holds; when its records came is not known", () => {
    using folder = temporaryFolder();
    makeFirstVersion(folder.path);
    for (const _ of ["upgraded", "opened again"]) {
      using store = open(folder.path);
      expect(store.cluster(defaultCluster)).toMatchObject({
        settings: { clusterIPs: ["192.0.2.1"], domains: ["dtk.io"], targets: "cluster" },
      });
      expect(store.memory.contact(ofDefault)).toMatchObject({ heardAt: 7 });
      expect(store.memory.negotiation(ofDefault)).toEqual({ at: 5, include: [] });
      expect(store.holders()).toEqual(new Map([["foo.dtk.io", "default"]]));
      expect(store.firstStored(defaultCluster, "foo.dtk.io")).toBeUndefined();
      put(store, { ...seed, dnsName: "new.dtk.io" }, { ...seed, recordType: "A", targets: ["192.0.2.9"] });
      expect(store.firstStored(defaultCluster, "new.dtk.io")).toBe(0);
      expect(store.firstStored(defaultCluster, "foo.dtk.io")).toBeUndefined();
    }
  });

  test("has the tables of a new one then", () => {
    using older = temporaryFolder();
    using newer = temporaryFolder();
    makeFirstVersion(older.path);
    const tables = [older.path, newer.path].map((folder) => {
      open(folder)[Symbol.dispose]();
      using database = new DatabaseSync(join(folder, databaseName));
      const list = ["cluster", "contact", "record", "holder", "position"].map((table) =>
        database.prepare(`PRAGMA table_info(${table})`).all(),
      );
      return [database.prepare("PRAGMA user_version").get(), ...list];
    });
    expect(tables[0]).toEqual(tables[1]);
  });

  test("whose upgrade fails half-way stays as it was", () => {
    using folder = temporaryFolder();
    const path = makeFirstVersion(folder.path);
    const alter = (sql: string): unknown => {
      using database = new DatabaseSync(path);
      return database.prepare(sql).all();
    };
    alter("ALTER TABLE record ADD COLUMN created_at INTEGER");
    expect(storeCodeOf(() => open(folder.path))).toBe("state-unavailable");
    expect(alter("PRAGMA user_version")).toEqual([{ user_version: 1 }]);
    alter("ALTER TABLE record DROP COLUMN created_at");
    using store = open(folder.path);
    expect(endpoints(store)).toEqual([seed]);
  });
});

describe("a damaged database", () => {
  function filled(folder: string): string {
    using store = open(folder);
    put(store, ...Array.from({ length: 200 }, (_, index) => ({ ...seed, dnsName: `n${index}.dtk.io` })));
    return join(folder, databaseName);
  }

  const damages: [string, (path: string) => void][] = [
    ["emptied", (path) => truncateSync(path, 0)],
    ["cut", (path) => truncateSync(path, 8192)],
    ["overwritten at its head", (path) => overwrite(path, 0)],
    ["overwritten in its middle", (path) => overwrite(path, 12_000)],
    ["somebody else's", (path) => replaceDatabase(path, "CREATE TABLE x (y)")],
    [
      "one whose rows break a rule",
      (path) => alter(path, 'UPDATE record SET endpoint = \'{"dnsName":"x\\ny"}\' WHERE sequence = 3'),
    ],
    [
      "one whose key is not its endpoint's",
      (path) => alter(path, "UPDATE record SET name = 'other.dtk.io' WHERE sequence = 3"),
    ],
    [
      "one with a cluster IP that is none",
      (path) => alter(path, "UPDATE cluster SET settings = json_replace(settings, '$.clusterIPs', json('[\"x\"]'))"),
    ],
  ];

  function overwrite(path: string, at: number): void {
    const bytes = readFileSync(path);
    bytes.fill(0xff, at, at + 500);
    writeFileSync(path, bytes);
  }

  function replaceDatabase(path: string, sql: string): void {
    truncateSync(path, 0);
    alter(path, sql);
  }

  function alter(path: string, sql: string): void {
    const database = new DatabaseSync(path);
    database.exec(sql);
    database.close();
  }

  test.each(damages)("%s: set aside, refused over restarts, and never taken for empty", (_, damage) => {
    using folder = temporaryFolder();
    const path = filled(folder.path);
    damage(path);
    const broken = readFileSync(path);
    expect(storeCodeOf(() => open(folder.path))).toBe("state-damaged");
    expect(existsSync(path)).toBe(false);
    expect(storeCodeOf(() => open(folder.path))).toBe("state-damaged");
    expect(damagedCopies(folder.path).map((copy) => broken.equals(readFileSync(copy)))).toEqual([true]);
  });

  test("recover starts afresh and keeps the copy; without damage it keeps what is there", () => {
    using folder = temporaryFolder();
    const path = filled(folder.path);
    const options = { folder: folder.path, now: () => 0 };
    expect(recoverStore(options)).toEqual({ kind: "kept", records: 200 });
    truncateSync(path, 5000);
    expect(storeCodeOf(() => open(folder.path))).toBe("state-damaged");
    expect(recoverStore(options)).toEqual({ kind: "afresh", copies: damagedCopies(folder.path) });
    using store = open(folder.path);
    expect(endpoints(store)).toEqual([]);
    expect(damagedCopies(folder.path)).toHaveLength(1);
  });

  test("a good copy that is put back counts", () => {
    using folder = temporaryFolder();
    const path = filled(folder.path);
    copyFileSync(path, `${path}.backup`);
    truncateSync(path, 5000);
    expect(storeCodeOf(() => open(folder.path))).toBe("state-damaged");
    renameSync(`${path}.backup`, path);
    using store = open(folder.path);
    expect(endpoints(store)).toHaveLength(200);
  });

  test("one of a newer version is left alone", () => {
    using folder = temporaryFolder();
    const path = filled(folder.path);
    alter(path, "PRAGMA user_version = 99");
    expect(storeCodeOf(() => open(folder.path))).toBe("state-newer");
    expect(existsSync(path)).toBe(true);
  });

  test("a start that died while it made the database did no damage", () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, `${databaseName}.new`), "half");
    using store = open(folder.path);
    expect(endpoints(store)).toEqual([]);
  });
});

describe("the state folder", () => {
  test("holds files for its owner alone", () => {
    using folder = temporaryFolder();
    const state = join(folder.path, "deep", "state");
    using store = open(state);
    put(store, seed);
    const modes = [state, ...readdirSync(state).map((name) => join(state, name))].map(
      (path) => statSync(path).mode & 0o777,
    );
    expect(modes).toEqual([0o700, ...readdirSync(state).map(() => 0o600)]);
  });

  test.each<[string, (state: string) => void]>([
    [
      "writable by others",
      (state) => {
        mkdirSync(state);
        chmodSync(state, 0o777);
      },
    ],
    [
      "under a folder that others can write",
      (state) => {
        chmodSync(join(state, ".."), 0o777);
      },
    ],
    ["a symbolic link", (state) => symlinkSync("/", state)],
    [
      "with a symbolic link for a database",
      (state) => {
        mkdirSync(state, { mode: 0o700 });
        symlinkSync("/dev/null", join(state, databaseName));
      },
    ],
  ])("is refused when it is %s", (_, prepare) => {
    using folder = temporaryFolder();
    const state = join(folder.path, "state");
    prepare(state);
    expect(storeCodeOf(() => open(state))).toBe("state-folder-unsafe");
  });

  test("has one user at a time", () => {
    using folder = temporaryFolder();
    using first = open(folder.path);
    expect(storeCodeOf(() => open(folder.path))).toBe("state-in-use");
    put(first, seed);
  });
});

describe("limits", () => {
  test("too many domains or clusters change nothing", () => {
    using folder = temporaryFolder();
    using store = open(folder.path);
    const domains = Array.from({ length: 1001 }, (_, index) => `d${index}.io`) as unknown as ClusterSettings["domains"];
    expect(storeCodeOf(() => store.configure(kind, { ...initialSettings, domains }))).toBe("store-full");
    for (let index = 1; index < 64; index++) store.configure(`c${index}` as ClusterName, initialSettings);
    expect(storeCodeOf(() => store.configure(kind, initialSettings))).toBe("store-full");
    expect([...store.clusters()]).toHaveLength(64);
  });
});

describe("the keeper", () => {
  test("names the trouble, and is well again when the store is", () => {
    using folder = temporaryFolder();
    using keeper = keepFolder({ folder: folder.path, now: () => 0 });
    keeper.use((store) => put(store, seed));
    keeper[Symbol.dispose]();
    truncateSync(join(folder.path, databaseName), 100);
    expect(storeCodeOf(() => keeper.use(() => 0))).toBe("state-damaged");
    expect(keeper.trouble?.code).toBe("state-damaged");
    recoverStore({ folder: folder.path, now: () => 0 });
    keeper.heal();
    expect(keeper.use((store) => endpoints(store))).toEqual([]);
    expect(keeper.trouble).toBeUndefined();
  });

  test("is not well because it can be read, as a full disk can", () => {
    using folder = temporaryFolder();
    using keeper = keepFolder({ folder: folder.path, now: () => 0 });
    expect(storeCodeOf(() => keeper.use(failAsWhenFull))).toBe("state-unavailable");
    keeper.use((store) => endpoints(store));
    expect(keeper.trouble?.code).toBe("state-unavailable");
    keeper.heal();
    expect(keeper.trouble).toBeUndefined();
  });

  test("does what is to be done at each opening again, when it failed", () => {
    using folder = temporaryFolder();
    const opened = vi
      .fn((store: Store) => store.configure(kind, initialSettings))
      .mockImplementationOnce(failAsWhenFull);
    using keeper = keepFolder({ folder: folder.path, now: () => 0 }, opened);
    expect(storeCodeOf(() => keeper.use(() => 0))).toBe("state-unavailable");
    expect(keeper.use((store) => store.cluster(kind)?.settings)).toEqual(initialSettings);
  });

  test("names the trouble of a damaged database that cannot be moved away", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "state");
    using keeper = keepFolder({ folder: path, now: () => 0 });
    keeper.use(() => 0);
    const found = () =>
      keeper.use(() => {
        renameSync(path, `${path}.gone`);
        throw new DamageError("a row breaks a rule");
      });
    expect(storeCodeOf(found)).toBe("state-unavailable");
  });

  test("a refused change is not a trouble of the store, and an error that is a bug stays one", () => {
    using folder = temporaryFolder();
    using keeper = keepFolder({ folder: folder.path, now: () => 0 });
    const domains = Array.from({ length: 1001 }, (_, index) => `d${index}.io`) as unknown as ClusterSettings["domains"];
    expect(storeCodeOf(() => keeper.use((store) => store.configure(kind, { ...initialSettings, domains })))).toBe(
      "store-full",
    );
    expect(keeper.trouble).toBeUndefined();
    expect(() =>
      keeper.use(() => {
        throw new TypeError("a bug");
      }),
    ).toThrow(TypeError);
  });
});

test("one more contested name among many costs what one among few does", () => {
  using folder = temporaryFolder();
  using store = open(folder.path);
  const written = (): number => statSync(join(folder.path, `${databaseName}-wal`)).size;
  const contested = (count: number) =>
    new Map(Array.from({ length: count }, (_, index) => [`app-${index}.dtk.io` as ALabelName, kind]));
  // Fewer than make SQLite start its log again.
  const growth = [1, 2000].map((count) => {
    finish(store.setHoldersInSteps(contested(count)));
    const before = written();
    finish(store.setHoldersInSteps(contested(count + 1)));
    return written() - before;
  });
  expect(growth[1]).toBeLessThanOrEqual(3 * (growth[0] ?? 0));
});

describe("what changed", () => {
  const names = (store: Store) => [...(store.takeChange()?.names ?? ["anything"])];

  test("is anything at first, after settings, after many, and after a cluster went", () => {
    using folder = temporaryFolder();
    using store = open(folder.path);
    expect(names(store)).toEqual(["anything"]);
    store.configure(kind, initialSettings);
    expect(names(store)).toEqual(["anything"]);
    put(store, ...Array.from({ length: 100 }, (_, index) => ({ ...seed, dnsName: `app-${index}.dtk.io` })));
    expect(names(store)).toEqual(["anything"]);
    store.forget(kind);
    expect(names(store)).toEqual(["anything"]);
    expect(names(store)).toEqual([]);
  });

  test("is the names since it was asked before, each with all its records in every cluster", () => {
    using folder = temporaryFolder();
    using store = open(folder.path);
    const blue = { ...seed, recordType: "A", targets: ["192.0.2.1"], setIdentifier: "blue" };
    put(store, seed, { ...seed, dnsName: "other.dtk.io" });
    store.takeChange();
    put(store, blue, ownership);
    remove(store, { ...seed, dnsName: "gone.dtk.io" });
    const change = store.takeChange();
    expect(change?.names).toEqual(new Set(["foo.dtk.io", "cname-foo.dtk.io", "gone.dtk.io"]));
    const [cluster] = change?.clusters ?? [];
    expect([...(cluster?.records ?? [])].map(({ name, type }) => `${name} ${type}`).toSorted()).toEqual([
      "foo.dtk.io A",
      "foo.dtk.io CNAME",
    ]);
  });
});
