/** Copies that version 0.1.0 kept in the state folder itself: moved once, none lost, none overwritten. */
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { failingFiles } from "../../../../test/support/failing-files.ts";
import { type Place, plainPlace, viewOf } from "../../../../test/support/hosts-place.ts";
import { openHostsFileSink } from "../hosts-file-sink.ts";
import { type FileAccess, fileAccess } from "./file-access.ts";
import { moveOldCopies } from "./old-state.ts";

const copies = ["hosts.2026-01-01T00-00-00.000Z.copy", "hosts.2026-01-02T00-00-00.000Z.copy", "hosts.orig"];
const others = [".hosts.hostsfile-server.lock", "other.orig", "records.sqlite"];

interface OldPlace extends Place {
  /** The hosts file's own folder. */
  readonly own: string;
  readonly move: (files?: FileAccess) => Promise<void>;
}

/** A place with the state folder that version 0.1.0 leaves. */
function oldPlace(): OldPlace {
  const place = plainPlace("127.0.0.1 localhost\n");
  const { path, stateFolder } = place;
  const own = join(stateFolder, "hosts-file");
  mkdirSync(stateFolder, { mode: 0o700 });
  for (const name of [...copies, ...others]) writeFileSync(join(stateFolder, name), `${name}\n`, { mode: 0o600 });
  const move = (files = fileAccess): Promise<void> => moveOldCopies(files, { stateFolder, folder: own, path });
  return { ...place, own, move };
}

test("all copies of the file are moved as they are, and nothing else is", async () => {
  using place = oldPlace();
  await place.move();
  expect(readdirSync(place.own).toSorted()).toEqual(copies);
  expect(readdirSync(place.stateFolder).toSorted()).toEqual([...others, "hosts-file"].toSorted());
  for (const name of copies) expect(readFileSync(join(place.own, name), "utf8")).toBe(`${name}\n`);
  expect([place.own, join(place.own, "hosts.orig")].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o600]);
});

test("where there is nothing to move, nothing is made", async () => {
  using place = plainPlace("");
  const own = join(place.stateFolder, "hosts-file");
  await moveOldCopies(fileAccess, { stateFolder: place.stateFolder, folder: own, path: place.path });
  mkdirSync(place.stateFolder);
  await moveOldCopies(fileAccess, { stateFolder: place.stateFolder, folder: own, path: place.path });
  expect(readdirSync(place.stateFolder)).toEqual([]);
});

test("one whose name is taken stays where it is, and both keep what they hold", async () => {
  using place = oldPlace();
  mkdirSync(place.own);
  writeFileSync(join(place.own, "hosts.orig"), "the first\n");
  await place.move();
  await place.move();
  const held = [place.own, place.stateFolder].map((folder) => readFileSync(join(folder, "hosts.orig"), "utf8"));
  expect(held).toEqual(["the first\n", "hosts.orig\n"]);
  expect(readdirSync(place.own).toSorted()).toEqual(copies);
});

test("ended at any call: each copy is in one of the two folders, and the next start moves the rest", async () => {
  for (let at = 0; ; at += 1) {
    using place = oldPlace();
    const { files } = failingFiles(at, "EIO", true);
    const isDone = await place.move(files).then(
      () => true,
      () => false,
    );
    for (const name of copies) {
      const held = [place.own, place.stateFolder].filter((folder) => existsSync(join(folder, name)));
      expect({ at, name, folders: held.length }).toEqual({ at, name, folders: 1 });
    }
    await place.move();
    expect({ at, moved: readdirSync(place.own).toSorted() }).toEqual({ at, moved: copies });
    if (!isDone) continue;
    expect(at).toBeGreaterThan(10);
    break;
  }
});

test("the sink moves them at its start, and keeps no second original", async () => {
  using place = oldPlace();
  await using sink = await openHostsFileSink({ ...place, what: "test", onOutsideEdit: () => {} });
  expect(readdirSync(place.own).toSorted()).toEqual(copies);
  expect(await sink.apply(viewOf(["a.test"]))).toMatchObject({ ok: true });
  expect(readFileSync(join(place.own, "hosts.orig"), "utf8")).toBe("hosts.orig\n");
  // The user's part is not that of the last copy.
  expect(readdirSync(place.own)).toHaveLength(copies.length + 1);
});

test("while they cannot be moved, nothing is written, a trouble says so, and the server retries", async () => {
  using place = oldPlace();
  let isBroken = true;
  const files: FileAccess = {
    ...fileAccess,
    rename: (from, to) => {
      if (isBroken && to.startsWith(place.own)) throw Object.assign(new Error("EACCES"), { code: "EACCES" });
      fileAccess.rename(from, to);
    },
  };
  await using sink = await openHostsFileSink({ ...place, what: "test", files, onOutsideEdit: () => {} });
  const failed = await sink.apply(viewOf(["a.test"]));
  expect(failed).toMatchObject({ ok: false, trouble: { code: "hosts-file-copy-failed" } });
  expect(readFileSync(place.path, "utf8")).toBe("127.0.0.1 localhost\n");
  isBroken = false;
  expect(await sink.apply(viewOf(["a.test"]))).toMatchObject({ ok: true });
  expect(readdirSync(place.own)).toContain("hosts.orig");
});
