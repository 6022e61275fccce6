/** What is kept of teams: whole, durable, and read back as it was. */
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { viewOf } from "../engine/current-view.ts";
import type { Store } from "../engine/store.ts";
import type { TeamSettings } from "../engine/teams.ts";
import { defaultCluster } from "../records/cluster.ts";
import { externalDNSFeed } from "../records/feed.ts";
import { parseAddress } from "../records/address.ts";
import { parseManagedDomain } from "../records/managed-domain.ts";
import { finish } from "../base/steps.ts";
import { type TeamRow, privateNetworks } from "../records/team.ts";
import { ownerOf, parseTeamName } from "../records/team-name.ts";
import { change, endpoint, settings as clusterSettings } from "../../test/support/store-records.ts";
import { storeCodeOf } from "../../test/support/store-code.ts";
import { openMemoryStore, openStore } from "./open.ts";
import { databaseName } from "./set-aside.ts";

function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("the test's own value is wrong");
  return value;
}

const dev = must(parseTeamName("dev"));
const other = must(parseTeamName("other"));
const position = { cluster: "14841639068965178418", revision: "7", term: "2" };
const settings: TeamSettings = {
  domains: [must(parseManagedDomain("dtk.io"))],
  networks: privateNetworks,
  mostNames: 100,
  link: { url: "etcd://127.0.0.1:2379", isInsecure: false, login: { user: "reader", password: "secret" } },
};

function row(name: string, address = "10.0.0.1"): TeamRow {
  const entry = {
    name,
    addresses: [must(parseAddress(address))],
    others: [],
    ttl: 5,
    resource: undefined,
    refused: [],
  };
  return { entry, keys: [[`/skydns/${name}`, `{"host":"${address}"}`]] };
}

function replace(store: Store, rows: readonly TeamRow[], keepsPrevious = false): void {
  finish(store.teams.replaceInSteps(dev, rows, { position, keepsPrevious }));
}

function lines(store: Store): readonly string[] {
  const { entries } = viewOf(store, new Set());
  return entries.map(({ name, addresses, team }) => `${addresses.join()} ${name} ${team ?? "-"}`);
}

test("a team with its names, its settings and its position is there after a restart", () => {
  using scratch = temporaryFolder();
  const open = (): Store => openStore({ folder: scratch.path, now: () => 1000 });
  {
    using store = open();
    store.teams.join(dev, settings);
    replace(store, [row("a.dtk.io"), row("b.dtk.io")]);
    const put = [row("a.dtk.io", "10.0.0.2")];
    finish(store.teams.applyInSteps(dev, { put, remove: ["b.dtk.io"] }, { ...position, revision: "9" }));
  }
  using store = open();
  expect(lines(store)).toEqual(["10.0.0.2 a.dtk.io dev"]);
  expect(store.teams.row(dev, "a.dtk.io")).toEqual(row("a.dtk.io", "10.0.0.2"));
  expect([store.teams.row(dev, "b.dtk.io"), store.teams.row(other, "a.dtk.io")]).toEqual([undefined, undefined]);
  expect(store.teams.list()).toEqual([
    {
      name: "dev",
      rank: 1,
      settings,
      position: { ...position, revision: "9" },
      seenAt: 1000,
      previous: undefined,
      isHeld: false,
      names: 1,
    },
  ]);
  expect([...store.teams.rows(dev)]).toEqual([row("a.dtk.io", "10.0.0.2")]);
});

test("a team that is left leaves nothing behind", () => {
  using scratch = temporaryFolder();
  {
    using store = openStore({ folder: scratch.path, now: () => 0 });
    store.teams.join(dev, settings);
    replace(store, [row("a.dtk.io")], true);
    store.teams.leave(dev);
    expect(lines(store)).toEqual([]);
  }
  using database = new DatabaseSync(join(scratch.path, databaseName));
  for (const table of ["team", "team_name", "team_previous"]) {
    expect(database.prepare(`SELECT count(*) AS count FROM ${table}`).get()).toEqual({ count: 0 });
  }
});

describe("who has a name", () => {
  test("a cluster goes before every team, and the team that was joined first before others", () => {
    using store = openMemoryStore();
    store.teams.join(dev, settings);
    store.teams.join(other, settings);
    finish(store.teams.replaceInSteps(other, [row("a.dtk.io", "10.9.9.9")], { position, keepsPrevious: false }));
    expect(lines(store)).toEqual(["10.9.9.9 a.dtk.io other"]);
    replace(store, [row("a.dtk.io")]);
    expect(lines(store)).toEqual(["10.0.0.1 a.dtk.io dev"]);
    store.configure(defaultCluster, clusterSettings());
    store.apply(defaultCluster, externalDNSFeed, change({ create: [endpoint("a.dtk.io")] }));
    expect(lines(store)).toEqual(["192.0.2.7 a.dtk.io -"]);
    const { notShown, holders } = viewOf(store, new Set());
    expect(notShown.map(({ cluster, reason, holder }) => [cluster, reason, holder])).toEqual([
      ["team:dev", "team-shadowed", "default"],
      ["team:other", "team-shadowed", "default"],
    ]);
    expect(holders.size).toBe(0);
  });

  test("a cluster takes a name that was a team's until now, also one with other records alone", () => {
    using store = openMemoryStore();
    store.teams.join(dev, settings);
    replace(store, [row("a.dtk.io")]);
    store.configure(defaultCluster, clusterSettings());
    const text = { dnsName: "a.dtk.io", recordType: "TXT", targets: ["hello"] };
    store.apply(defaultCluster, externalDNSFeed, change({ create: [text] }));
    const [entry] = viewOf(store, new Set(), { get: () => ownerOf(dev) }).entries;
    expect([entry?.cluster, entry?.addresses, entry?.others.length]).toEqual([defaultCluster, [], 1]);
  });

  test("this machine's own name is no team's", () => {
    using store = openMemoryStore();
    store.teams.join(dev, settings);
    replace(store, [row("desk.dtk.io")]);
    const view = viewOf(store, new Set(["desk.dtk.io"]));
    expect(view.entries).toEqual([]);
    expect(view.notShown.map(({ reason }) => reason)).toEqual(["own-name"]);
  });

  test("a change of few names is looked at alone", () => {
    using store = openMemoryStore();
    store.teams.join(dev, settings);
    replace(store, [row("a.dtk.io"), row("b.dtk.io")]);
    store.takeChange();
    finish(store.teams.applyInSteps(dev, { put: [row("b.dtk.io", "10.0.0.5")], remove: [] }, position));
    const changed = must(store.takeChange());
    expect([...changed.names]).toEqual(["b.dtk.io"]);
    expect(changed.clusters.flatMap(({ records }) => [...records]).map(({ name }) => name)).toEqual(["b.dtk.io"]);
  });
});

describe("the list before one that lost most names", () => {
  test("comes back, and the team is held until it is released", () => {
    using store = openMemoryStore(() => 5);
    store.teams.join(dev, settings);
    replace(store, [row("a.dtk.io"), row("b.dtk.io")]);
    replace(store, [], true);
    expect(store.teams.list()[0]?.previous).toEqual({ at: 5, names: 2 });
    expect(lines(store)).toEqual([]);
    expect(finish(store.teams.undoInSteps(dev))).toBe(true);
    expect(lines(store)).toHaveLength(2);
    expect(store.teams.list()[0]).toMatchObject({ isHeld: true, previous: undefined, position: undefined, names: 2 });
    expect(finish(store.teams.undoInSteps(dev))).toBe(false);
    store.teams.release(dev);
    expect(store.teams.list()[0]?.isHeld).toBe(false);
  });
});

test("a row that breaks a rule is damage, and not a name", () => {
  using scratch = temporaryFolder();
  const open = (): Store => openStore({ folder: scratch.path, now: () => 0 });
  {
    using store = open();
    store.teams.join(dev, settings);
    replace(store, [row("a.dtk.io")]);
  }
  {
    using database = new DatabaseSync(join(scratch.path, databaseName));
    database.exec(`UPDATE team_name SET entry = '{"addresses":["evil"],"others":[],"refused":[]}'`);
  }
  expect(storeCodeOf(open)).toBe("state-damaged");
});

test("a database of the version before teams is brought up with everything in it", () => {
  using scratch = temporaryFolder();
  const open = (): Store => openStore({ folder: scratch.path, now: () => 0 });
  {
    using store = open();
    store.configure(defaultCluster, clusterSettings());
    store.apply(defaultCluster, externalDNSFeed, change({ create: [endpoint("a.dtk.io")] }));
  }
  {
    using database = new DatabaseSync(join(scratch.path, databaseName));
    for (const table of ["team", "team_name", "team_previous"]) database.exec(`DROP TABLE ${table}`);
    database.exec("PRAGMA user_version = 4");
  }
  using store = open();
  expect(lines(store)).toEqual(["192.0.2.7 a.dtk.io -"]);
  expect(store.teams.list()).toEqual([]);
  store.teams.join(dev, settings);
  expect(store.teams.list()).toHaveLength(1);
});
