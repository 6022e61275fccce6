/** Proves that a write in place that fails half-way, or is cut off there, costs no byte of the user's: not in the running process, not at the next start. */
import { readFileSync, readdirSync, renameSync, rmdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { failingFiles } from "../../../test/support/failing-files.ts";
import { type Place, plainPlace, viewOf } from "../../../test/support/hosts-place.ts";
import { outsideOf, shownIn } from "../../../test/support/managed-block.ts";
import { type FileAccess, fileAccess } from "./writer/file-access.ts";
import { type HostsFileSink, openHostsFileSink } from "./hosts-file-sink.ts";
import { HostsFileWriter, type Written } from "./writer/writer.ts";

/** The block is in the middle, so that whatever changes its length moves lines of the user's. */
const top = "127.0.0.1 localhost\n";
const bottom = "10.1.1.1 mine.lan\n# the user's, behind the block\n10.1.1.2 mine-too.lan # last, without line end";
const many = ["a.test", "b.test", "c.test", "d.test"];

interface Faulty {
  readonly files: FileAccess;
  /** Says which call fails from now on, and returns the calls as they come. */
  readonly plan: (at: number, code: string, forever: boolean) => readonly string[];
  /** Whether each write at a position of the hosts file stores half and fails. */
  readonly halve: (on: boolean) => void;
}

/** A file system on which the hosts file cannot be replaced, and a call fails when that is planned. */
function faultyFiles(path: string): Faulty {
  let files: FileAccess = fileAccess;
  let isHalved = false;
  const fresh = (): FileAccess => files;
  return {
    plan: (at, code, forever) => {
      const failing = failingFiles(at, code, forever);
      files = failing.files;
      return failing.calls;
    },
    halve: (on) => (isHalved = on),
    files: {
      open: (of, flags, mode) => {
        const file = fresh().open(of, flags, mode);
        if (of !== path || !isHalved) return file;
        return {
          ...file,
          write: (bytes, position) => {
            if (position === null) return file.write(bytes, position);
            file.write(bytes.subarray(0, bytes.length >>> 1), position);
            throw Object.assign(new Error("EIO"), { code: "EIO" });
          },
        };
      },
      status: (given) => fresh().status(given),
      realPath: (given) => fresh().realPath(given),
      rename: (from, to) => {
        if (to === path) throw Object.assign(new Error("EBUSY"), { code: "EBUSY" });
        fresh().rename(from, to);
      },
      exchange: (from, to) => {
        if (to === path) throw Object.assign(new Error("EBUSY"), { code: "EBUSY" });
        return fresh().exchange(from, to);
      },
      link: (...given) => fresh().link(...given),
      unlink: (given) => fresh().unlink(given),
      list: (given) => fresh().list(given),
      createFolder: (given) => fresh().createFolder(given),
    },
  };
}

function open({ path, stateFolder }: Place, files: FileAccess): Promise<HostsFileSink> {
  return openHostsFileSink({ path, stateFolder, what: "test", files, onOutsideEdit: () => {} });
}

/** A place whose file holds a block in the middle. */
async function placeWithBlock(names: readonly string[]): Promise<Place> {
  const place = plainPlace(top);
  {
    await using sink = await open(place, fileAccess);
    await sink.apply(viewOf(names));
  }
  writeFileSync(place.path, readFileSync(place.path, "utf8") + bottom);
  return place;
}

function userPart({ path }: Place): string {
  return outsideOf(readFileSync(path, "utf8"));
}

describe.concurrent.each([
  ["grows", ["a.test"], many],
  ["shrinks", many, ["a.test"]],
])("in place, when the block %s", (_how, from, to) => {
  test.each([false, true])(
    "whichever call fails (and every later one: %s): the same server goes on with other views, and the user's lines are whole",
    async (forever) => {
      const calls = await tearingCalls(from, to);
      expect(calls.length).toBeGreaterThan(9);
      for (const at of calls) await goOn(at, forever);
    },
  );

  async function goOn(at: number, forever: boolean): Promise<void> {
    using place = await placeWithBlock(from);
    const faulty = faultyFiles(place.path);
    await using sink = await open(place, faulty.files);
    faulty.plan(at, "EIO", forever);
    const reports = [await sink.apply(viewOf(to)), await sink.apply(viewOf(["x.test", ...to]))];
    faulty.plan(Infinity, "", false);
    reports.push(await sink.apply(viewOf(["y.test"])));
    const found = { at, shown: shownIn(readFileSync(place.path, "utf8")), user: userPart(place) };
    expect(found).toEqual({ at, shown: ["10.0.0.1 y.test"], user: top + bottom });
    expect(reports.at(-1)).toMatchObject({ ok: true, method: "in-place" });
    expect(journalsIn(place)).toEqual([]);
  }

  test("whichever call is the last before the process ends: the next start repairs the file", async () => {
    const calls = await tearingCalls(from, to);
    expect(calls.length).toBeGreaterThan(9);
    for (const at of calls) await dieAt(at);
  });

  async function dieAt(at: number): Promise<void> {
    using place = await placeWithBlock(from);
    {
      const faulty = faultyFiles(place.path);
      await using dying = await open(place, faulty.files);
      faulty.plan(at, "EIO", true);
      await dying.apply(viewOf(to));
    }
    await using sink = await open(place, faultyFiles(place.path).files);
    expect({ at, user: userPart(place) }).toEqual({ at, user: top + bottom });
    await sink.apply(viewOf(["y.test"]));
    const shown = shownIn(readFileSync(place.path, "utf8"));
    expect({ at, shown, user: userPart(place) }).toEqual({ at, shown: ["10.0.0.1 y.test"], user: top + bottom });
    expect(journalsIn(place)).toEqual([]);
  }
});

test("left torn by version 0.1.0, whose journal lies in the state folder itself: the next start repairs the file", async () => {
  using place = await placeWithBlock(["a.test"]);
  {
    const faulty = faultyFiles(place.path);
    await using dying = await open(place, faulty.files);
    await tear(place, faulty, dying);
  }
  const own = join(place.stateFolder, "hosts-file");
  for (const name of readdirSync(own)) renameSync(join(own, name), join(place.stateFolder, name));
  rmdirSync(own);
  expect(journalsIn(place)).toHaveLength(1);
  await using sink = await open(place, faultyFiles(place.path).files);
  expect(userPart(place)).toBe(top + bottom);
  expect(await sink.apply(viewOf(many))).toMatchObject({ ok: true, notices: [{ code: "hosts-file-mended" }] });
  expect(journalsIn(place)).toEqual([]);
  expect(readdirSync(place.stateFolder)).toEqual(["hosts-file"]);
  expect(readdirSync(own)).toContain("hosts.orig");
});

test("edited while it is torn: what it was before is kept, and told where", async () => {
  using place = await placeWithBlock(["a.test"]);
  const before = readFileSync(place.path, "utf8");
  const faulty = faultyFiles(place.path);
  await using sink = await open(place, faulty.files);
  await tear(place, faulty, sink);
  writeFileSync(place.path, "127.0.0.1 localhost\n# put in order by hand\n");
  faulty.halve(false);
  const report = await sink.apply(viewOf(["y.test"]));
  if (!report.ok) throw new Error(report.trouble.message);
  expect(userPart(place)).toBe("127.0.0.1 localhost\n# put in order by hand\n");
  const hints = report.notices.flatMap(({ code, hint }) => (code === "hosts-file-torn-edited" ? [hint] : []));
  const [, copy = ""] = /is kept in (\S+)\. /.exec(hints.join()) ?? [];
  expect(readFileSync(copy, "utf8")).toBe(before);
  expect(journalsIn(place)).toEqual([]);
});

describe("a writer that left the file torn", () => {
  test("the file goes, as a mount may, and comes back: the journal waits for it, and then the file is repaired", async () => {
    using place = plainPlace(top + bottom);
    const { files, halve } = faultyFiles(place.path);
    const codes: string[] = [];
    await using writer = writerOf(place, files, codes);
    halve(true);
    await expect(write(writer, `${top}${top}${bottom}`)).rejects.toThrow("half written");
    renameSync(place.path, `${place.path}.away`);
    await writer.update(() => undefined);
    expect(journalsIn(place)).toHaveLength(1);
    renameSync(`${place.path}.away`, place.path);
    halve(false);
    await writer.update(() => undefined);
    expect([codes, journalsIn(place)]).toEqual([["hosts-file-mended"], []]);
    expect(readFileSync(place.path, "utf8")).toBe(`${top}${top}${bottom}`);
  });

  test("its journal is damaged: that is set aside, and told", async () => {
    using place = plainPlace(top + bottom);
    const { files, halve } = faultyFiles(place.path);
    const codes: string[] = [];
    await using writer = writerOf(place, files, codes);
    halve(true);
    await expect(write(writer, `${top}${top}${bottom}`)).rejects.toThrow("half written");
    const [name = ""] = journalsIn(place);
    truncateSync(join(place.stateFolder, name), 100);
    halve(false);
    await writer.update(() => undefined);
    expect([codes, journalsIn(place)]).toEqual([["hosts-file-journal-damaged"], [`${name}.damaged`]]);
  });
});

function writerOf({ path, stateFolder }: Place, files: FileAccess, codes: string[]): HostsFileWriter {
  return new HostsFileWriter({
    files,
    path,
    folder: stateFolder,
    onLateEdit: () => {},
    onNotice: ({ code }) => codes.push(code),
  });
}

function write(writer: HostsFileWriter, text: string): Promise<Written> {
  return writer.update(() => ({ bytes: Buffer.from(text), keepCopy: false }));
}

/** Leaves the file torn, on a disk that goes on halving what is written; else a look at the file would repair it at once. */
async function tear(place: Place, faulty: Faulty, sink: HostsFileSink): Promise<void> {
  faulty.halve(true);
  expect(await sink.apply(viewOf(many))).toMatchObject({ ok: false, trouble: { code: "hosts-file-torn" } });
  expect(userPart(place)).not.toBe(top + bottom);
}

function journalsIn({ stateFolder }: Place): readonly string[] {
  return readdirSync(stateFolder, { recursive: true, encoding: "utf8" }).filter((name) => name.includes(".journal"));
}

/** The calls of one write after which something is half done; writer.test.ts has a write for each of the others. */
async function tearingCalls(from: readonly string[], to: readonly string[]): Promise<readonly number[]> {
  using place = await placeWithBlock(from);
  const faulty = faultyFiles(place.path);
  await using sink = await open(place, faulty.files);
  const calls = faulty.plan(Infinity, "", false);
  await sink.apply(viewOf(to));
  return calls.flatMap((call, at) => (["write", "truncate", "fsync", "unlink"].includes(call) ? [at] : []));
}
