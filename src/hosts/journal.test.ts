/** Proves that a torn file is told from an edited one, and that a journal is whole or counts as none. */
import { randomBytes } from "node:crypto";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plainPlace } from "../../test/support/hosts-place.ts";
import { fileAccess } from "./file-access.ts";
import { closeJournal, openJournal, readJournal, repairTorn } from "./journal.ts";

const user = "127.0.0.1 localhost\n";
const oldBytes = Buffer.from(`${user}10.0.0.1 a.test\n`);
const newBytes = Buffer.from(`${user}10.0.0.1 b.test\n10.0.0.1 c.test\n`);
const entry = { path: "/x", oldBytes, newBytes };

describe("what was found", () => {
  test.each([
    ["the old bytes: nothing had happened", oldBytes],
    ["the new bytes: all had happened", newBytes],
    ["edited since", Buffer.from(`${user}10.0.0.1 a.test\n1.2.3.4 mine\n`)],
    ["edited since, shorter", Buffer.from(user)],
    ["edited since, with blank lines in the middle", Buffer.from(`127.0.0.1\nlocalhost\n10.0.0.1 b.test\n`)],
  ])("%s", (_what, found) => {
    expect(repairTorn(found, entry)).toBeUndefined();
  });

  test.each([
    ["blank lines at the end", Buffer.concat([oldBytes, Buffer.from("\n".repeat(5))])],
    ["half written", Buffer.concat([newBytes.subarray(0, 30), oldBytes.subarray(30), Buffer.from("\n".repeat(16))])],
  ])("torn: %s", (_what, found) => {
    expect(repairTorn(found, entry)).toEqual(newBytes);
  });

  test("what others appended behind a torn file is kept", () => {
    const torn = Buffer.concat([
      newBytes.subarray(0, 40),
      oldBytes.subarray(40),
      Buffer.alloc(newBytes.length, "\n"),
    ]).subarray(0, newBytes.length);
    const found = Buffer.concat([torn, Buffer.from("# theirs\n")]);
    expect(repairTorn(found, entry)).toEqual(Buffer.concat([newBytes, Buffer.from("# theirs\n")]));
  });

  test("every state that growing or shrinking in place passes through is mended, or is whole", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 20 }),
        fc.uint8Array({ maxLength: 20 }),
        fc.nat(20),
        fc.nat(20),
        (before, after, grown, written) => {
          const [from, to] = [Buffer.from(before), Buffer.from(after)];
          const longer = Math.max(from.length, to.length);
          const blank = Buffer.alloc(Math.min(grown, longer - from.length), "\n");
          const padded = Buffer.concat([to, Buffer.alloc(longer - to.length, "\n")]);
          // Nothing is written before all blank lines are there.
          const isGrown = from.length + blank.length === longer;
          const extended = Buffer.concat([from, blank]);
          const found = isGrown ? Buffer.concat([padded.subarray(0, written), extended.subarray(written)]) : extended;
          const mended = repairTorn(found, { path: "/x", oldBytes: from, newBytes: to }) ?? found;
          expect([from.toString("hex"), to.toString("hex")]).toContain(mended.toString("hex"));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("the journal", () => {
  test("gives back what it was given, whatever bytes they are, and is gone when closed", async () => {
    using place = plainPlace("");
    const given = { path: place.path, oldBytes: randomBytes(1000), newBytes: randomBytes(70_000) };
    await openJournal(fileAccess, place.stateFolder, given);
    expect(readJournal(fileAccess, place.stateFolder)).toEqual(given);
    await closeJournal(fileAccess, place.stateFolder);
    await closeJournal(fileAccess, place.stateFolder);
    expect(readJournal(fileAccess, place.stateFolder)).toBeUndefined();
  });

  test.each([
    ["cut", (path: string) => truncateSync(path, 60)],
    ["empty", (path: string) => truncateSync(path, 0)],
    ["changed", (path: string) => writeFileSync(path, readFileSync(path, "latin1").replace("a.test", "z.test"))],
    ["no journal", (path: string) => writeFileSync(path, "[]\nx")],
    ["no JSON", (path: string) => writeFileSync(path, "{\nx")],
  ])("%s: the write that it announced had not begun", async (_what, damage) => {
    using place = plainPlace("");
    await openJournal(fileAccess, place.stateFolder, entry);
    damage(join(place.stateFolder, "hosts-in-place.journal"));
    expect(readJournal(fileAccess, place.stateFolder)).toBeUndefined();
  });
});
