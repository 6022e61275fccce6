/** A server takes over what version 0.1.0 left behind, and refuses what a newer version wrote. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { startDaemon } from "../src/daemon/daemon.ts";
import { defaultCluster } from "../src/records/cluster.ts";
import { externalDNSFeed } from "../src/records/feed.ts";
import { openStore } from "../src/store/open.ts";
import { schemaVersion } from "../src/store/schema.ts";
import { databaseName } from "../src/store/set-aside.ts";
import { StoreTroubleError } from "../src/engine/store-trouble.ts";
import { curl } from "./support/http.ts";
import { type SavedState, copySavedState } from "./support/saved-state.ts";

const none = (): void => {};
const ofDefault = { cluster: defaultCluster, feed: externalDNSFeed };

function start({ hostsFile, stateFolder }: SavedState): ReturnType<typeof startDaemon> {
  return startDaemon({
    given: {},
    host: "127.0.0.1",
    port: 0,
    allow: () => undefined,
    adminToken: () => ({ kind: "none" }),
    hostsFile,
    stateFolder,
    isDryRun: false,
    log: { debug: none, info: none, warn: none, error: none },
  });
}

/** The lines without what the marker says, which names the position since. */
function linesOf({ hostsFile }: SavedState): readonly string[] {
  return readFileSync(hostsFile, "utf8")
    .split("\n")
    .filter((line) => !line.startsWith("#"));
}

async function recordsAt(address: string): Promise<readonly string[]> {
  const records = JSON.parse((await curl(address)).text) as { dnsName: string; recordType: string }[];
  return records.map(({ dnsName, recordType }) => `${dnsName} ${recordType}`).toSorted();
}

test("a server takes over what version 0.1.0 left behind: records, settings, lines, calls", async () => {
  using saved = copySavedState("0.1.0");
  const before = linesOf(saved);
  for (const _ of ["upgraded", "opened again"]) {
    await using daemon = await start(saved);
    expect(await recordsAt(`${daemon.address}/records`)).toEqual([
      "*.dtk.io A",
      "both.dtk.io A",
      "both.dtk.io A",
      "cname-foo.dtk.io TXT",
      "foo.dtk.io CNAME",
    ]);
    expect(await recordsAt(`${daemon.address}/clusters/kind-a/records`)).toEqual(["foo.dtk.io A", "web.mydomain.io A"]);
    const [first, second] = daemon.reconciler.read((store) => [...store.clusters()]);
    const { negotiation, contact } = daemon.reconciler.read(({ memory }) => ({
      negotiation: memory.negotiation(ofDefault),
      contact: memory.contact(ofDefault),
    }));
    expect(negotiation).toMatchObject({ include: ["dtk.io", "mydomain.io"] });
    expect(contact).toMatchObject({ caller: "127.0.0.1", heardAt: expect.any(Number) });
    expect(first).toMatchObject({
      name: "default",
      settings: { clusterIPs: ["192.168.122.167"], domains: ["dtk.io", "mydomain.io"], targets: "cluster" },
    });
    expect(second).toMatchObject({ name: "kind-a", settings: { clusterIPs: ["172.18.0.2"], targets: "record" } });
    expect(daemon.reconciler.state().view.holders).toEqual(new Map([["foo.dtk.io", "default"]]));
    expect(linesOf(saved)).toEqual(before);
  }
});

test("every record of version 0.1.0 is ExternalDNS's, with its age", () => {
  using saved = copySavedState("0.1.0");
  const path = join(saved.stateFolder, databaseName);
  const rows = (columns: string): unknown[] => {
    using database = new DatabaseSync(path);
    return database.prepare(`SELECT ${columns} FROM record ORDER BY sequence`).all();
  };
  const kept = "cluster, name, type, set_identifier, sequence, endpoint, created_at";
  const before = rows(kept);
  openStore({ folder: saved.stateFolder, now: () => 0 })[Symbol.dispose]();
  expect(before).toHaveLength(7);
  expect(rows(kept)).toEqual(before);
  expect(rows("DISTINCT feed")).toEqual([{ feed: "external-dns" }]);
});

test("a program that meets a newer format refuses, says so, and changes nothing", () => {
  using saved = copySavedState("0.1.0");
  const path = join(saved.stateFolder, databaseName);
  const open = (): void => openStore({ folder: saved.stateFolder, now: () => 0 })[Symbol.dispose]();
  open();
  {
    using database = new DatabaseSync(path);
    database.exec(`PRAGMA user_version = ${schemaVersion + 1}`);
  }
  const bytes = readFileSync(path);
  expect(open).toThrow(StoreTroubleError);
  expect(open).toThrow(
    `The saved records in ${saved.stateFolder} were written by a newer hostsfile-server (format ${schemaVersion + 1}).`,
  );
  expect(readFileSync(path).equals(bytes)).toBe(true);
});
