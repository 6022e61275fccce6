/** A log that was damaged after a kill: all that was answered to is there, or opening says that something is missing. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { StoreTroubleError } from "../engine/store-trouble.ts";
import { defaultCluster } from "../records/cluster.ts";
import { planMutation } from "../records/endpoint.ts";
import { externalDNSFeed } from "../records/feed.ts";
import type { Position } from "../records/position.ts";
import { openStore } from "./open.ts";
import { databaseName } from "./set-aside.ts";

interface Killed {
  readonly database: string;
  readonly log: string;
  readonly position: Position;
  readonly names: readonly string[];
}

/** The files as they lie on the disk after a process was killed that had stored some changes. */
function kill(folder: string): Killed {
  const [source, database] = [join(folder, "running"), join(folder, "killed")];
  const names = Array.from({ length: 6 }, (_, index) => `n${index}.dtk.io`);
  using store = openStore({ folder: source, now: () => 0 });
  for (const dnsName of [...names, "gone.dtk.io"]) change(store, { create: [{ dnsName, recordType: "A" }] });
  change(store, { delete: [{ dnsName: "gone.dtk.io", recordType: "A" }] });
  const log = `${database}-wal`;
  copyFileSync(join(source, databaseName), database);
  copyFileSync(join(source, `${databaseName}-wal`), log);
  return { database, log, position: store.position, names };
}

function change(store: ReturnType<typeof openStore>, part: object): void {
  const nothing = { create: [], updateOld: [], updateNew: [], delete: [] };
  store.apply(defaultCluster, externalDNSFeed, planMutation({ ...nothing, ...part }));
}

/** Opens what was killed, in a folder of its own, after something happened to the log. */
function reopen(
  { database, log, position }: Killed,
  folder: string,
  spoil: (log: string) => void,
): readonly string[] | string {
  mkdirSync(folder, { mode: 0o700 });
  const path = join(folder, databaseName);
  copyFileSync(database, path);
  copyFileSync(log, `${path}-wal`);
  spoil(`${path}-wal`);
  try {
    using store = openStore({ folder, now: () => 0, shown: () => ({ ok: true, positions: [position] }) });
    const text = [...Iterator.from(store.endpointsJSON(defaultCluster, externalDNSFeed))].join("");
    return (JSON.parse(text) as { dnsName: string }[]).map(({ dnsName }) => dnsName).toSorted();
  } catch (error) {
    if (error instanceof StoreTroubleError) return error.code;
    throw error;
  }
}

test("untouched, all is there", () => {
  using folder = temporaryFolder();
  const killed = kill(folder.path);
  expect(reopen(killed, join(folder.path, "again"), () => {})).toEqual(killed.names);
});

test("damaged at any place, or cut off at any length, it never goes on with less than all", () => {
  using folder = temporaryFolder();
  const killed = kill(folder.path);
  const { length } = readFileSync(killed.log);
  expect(length).toBeGreaterThan(4096);
  const outcomes = new Set<string>();
  for (let round = 0; round < 40; round += 1) {
    const at = Math.floor((round / 40) * length);
    for (const [how, spoil] of [["scrambled", scramble] as const, ["cut", truncateSync] as const]) {
      const found = reopen(killed, join(folder.path, `${how}${round}`), (log) => spoil(log, at));
      if (typeof found !== "string") expect([how, at, found]).toEqual([how, at, killed.names]);
      outcomes.add(typeof found === "string" ? found : "whole");
    }
  }
  // Bytes that nothing is read from may change.
  outcomes.delete("whole");
  outcomes.delete("state-damaged");
  expect([...outcomes]).toEqual(["state-lost"]);
});

function scramble(path: string, at: number): void {
  const bytes = readFileSync(path);
  for (let index = at; index < Math.min(bytes.length, at + 7); index += 1) bytes[index] = (bytes[index] ?? 0) ^ 0xa5;
  writeFileSync(path, bytes);
}

test("without its log, what the log held is missed", () => {
  using folder = temporaryFolder();
  const killed = kill(folder.path);
  const again = join(folder.path, "again");
  expect(reopen(killed, again, (log) => truncateSync(log, 0))).toBe("state-lost");
  expect(existsSync(join(again, databaseName))).toBe(true);
});
