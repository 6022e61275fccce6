/** Proves that a torn file is told from an edited one, and that a journal is whole or counts as none. */
import { randomBytes } from "node:crypto";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plainPlace } from "../../../../test/support/hosts-place.ts";
import { fileAccess } from "./file-access.ts";
import { type JournalEntry, closeJournal, findJournals, judgeTorn, openJournal, setAsideJournal } from "./journal.ts";

const user = "127.0.0.1 localhost\n";
const oldBytes = Buffer.from(`${user}10.0.0.1 a.test\n`);
const newBytes = Buffer.from(`${user}10.0.0.1 b.test\n10.0.0.1 c.test\n`);
const inode = { device: 1n, number: 2n };
const entry: JournalEntry = { path: "/x", inode, oldBytes, newBytes };

describe("what was found", () => {
  test.each([
    ["the old bytes: nothing had happened", oldBytes],
    ["the new bytes: all had happened", newBytes],
    ["appended to since", Buffer.concat([oldBytes, Buffer.from("1.2.3.4 mine\n")])],
    ["all had happened, and appended to since", Buffer.concat([newBytes, Buffer.from("1.2.3.4 mine\n")])],
    ["appended to while space was taken", Buffer.concat([oldBytes, Buffer.from("\n\n\n1.2.3.4 mine\n\n\n")])],
  ])("whole: %s", (_what, found) => {
    expect(judgeTorn(found, entry)).toEqual({ kind: "whole" });
  });

  test.each([
    ["another line", Buffer.from(`# mine\n${user}10.0.0.1 a.test\n`)],
    ["shorter", Buffer.from(user)],
    ["with blank lines in the middle", Buffer.from(`127.0.0.1\nlocalhost\n10.0.0.1 b.test\n`)],
    ["empty", Buffer.alloc(0)],
  ])("edited since: %s", (_what, found) => {
    expect(judgeTorn(found, entry)).toEqual({ kind: "edited" });
  });

  test("torn: blank lines at the end, and nothing else had happened", () => {
    const found = Buffer.concat([oldBytes, Buffer.from("\n".repeat(5))]);
    expect(judgeTorn(found, entry)).toEqual({ kind: "torn", bytes: oldBytes });
  });

  const half = Buffer.concat([newBytes.subarray(0, 30), oldBytes.subarray(30), Buffer.alloc(16, "\n")]);

  test("torn: half written, and it becomes the longer of both, with what others appended", () => {
    expect(judgeTorn(half, entry)).toEqual({ kind: "torn", bytes: newBytes });
    const theirs = Buffer.from("# theirs\n");
    const found = Buffer.concat([half, theirs]);
    expect(judgeTorn(found, entry)).toEqual({ kind: "torn", bytes: Buffer.concat([newBytes, theirs]) });
    const back = { oldBytes: newBytes, newBytes: oldBytes };
    expect(judgeTorn(found, back)).toEqual({ kind: "torn", bytes: Buffer.concat([newBytes, theirs]) });
  });

  test("every state that growing or shrinking in place passes through is repaired, or is whole", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 20 }),
        fc.uint8Array({ maxLength: 20 }),
        fc.nat(20),
        fc.nat(20),
        fc.nat(20),
        (before, after, grown, written, cutOff) => {
          const [from, to] = [Buffer.from(before), Buffer.from(after)];
          const longer = Math.max(from.length, to.length);
          const blank = Buffer.alloc(Math.min(grown, longer - from.length), "\n");
          const padded = Buffer.concat([to, Buffer.alloc(longer - to.length, "\n")]);
          // Nothing is written before all blank lines are there.
          const isGrown = from.length + blank.length === longer;
          const extended = Buffer.concat([from, blank]);
          const found = isGrown ? Buffer.concat([padded.subarray(0, written), extended.subarray(written)]) : extended;
          const judgement = judgeTorn(found, { oldBytes: from, newBytes: to });
          expect(judgement.kind).not.toBe("edited");
          const repaired = judgement.kind === "torn" ? judgement.bytes : found;
          expect([from.toString("hex"), to.toString("hex")]).toContain(repaired.toString("hex"));
          // A repair that is cut off as well leaves what the same journal explains.
          const again = Buffer.concat([repaired.subarray(0, cutOff), found.subarray(cutOff)]);
          expect(judgeTorn(again, { oldBytes: from, newBytes: to }).kind).not.toBe("edited");
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("the journal", () => {
  test("gives back what it was given, whatever bytes they are, and is gone when closed", async () => {
    using place = plainPlace("");
    const given = { path: place.path, inode, oldBytes: randomBytes(1000), newBytes: randomBytes(70_000) };
    const file = await openJournal(fileAccess, place.stateFolder, given);
    expect(findJournals(fileAccess, [place.stateFolder], given)).toEqual([{ file, entry: given }]);
    await closeJournal(fileAccess, file);
    await closeJournal(fileAccess, file);
    expect(findJournals(fileAccess, [place.stateFolder], given)).toEqual([]);
  });

  test("a second one is not opened over it, and another file's is left alone", async () => {
    using place = plainPlace("");
    const file = await openJournal(fileAccess, place.stateFolder, entry);
    await expect(openJournal(fileAccess, place.stateFolder, { ...entry, oldBytes: newBytes })).rejects.toThrow(file);
    await openJournal(fileAccess, place.stateFolder, { ...entry, path: "/y", inode: { device: 1n, number: 3n } });
    expect(findJournals(fileAccess, [place.stateFolder], entry)).toEqual([{ file, entry }]);
  });

  test("is found by the inode, when the file is reached by another path", async () => {
    using place = plainPlace("");
    const file = await openJournal(fileAccess, place.stateFolder, entry);
    expect(findJournals(fileAccess, [place.stateFolder], { path: "/y", inode })).toEqual([{ file, entry }]);
    expect(findJournals(fileAccess, [place.stateFolder], { path: "/y", inode: undefined })).toEqual([]);
  });

  test.each([
    ["cut", (path: string) => truncateSync(path, 60)],
    ["empty", (path: string) => truncateSync(path, 0)],
    ["changed", (path: string) => writeFileSync(path, readFileSync(path, "latin1").replace("a.test", "z.test"))],
    ["no journal", (path: string) => writeFileSync(path, "[]\nx")],
    ["no JSON", (path: string) => writeFileSync(path, "{\nx")],
  ])("%s: it repairs nothing, and what is left of it can be kept aside", async (_what, damage) => {
    using place = plainPlace("");
    const file = await openJournal(fileAccess, place.stateFolder, entry);
    damage(file);
    expect(findJournals(fileAccess, [place.stateFolder], entry)).toEqual([{ file, entry: undefined }]);
    const left = readFileSync(file);
    expect(readFileSync(await setAsideJournal(fileAccess, file))).toEqual(left);
    expect(findJournals(fileAccess, [place.stateFolder], entry)).toEqual([]);
  });
});
