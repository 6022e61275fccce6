/** Files of hundreds of megabytes, as a version without limits made them: our block comes out of any, and nothing else does. */
import { closeSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { block, manyLines } from "../support/earlier-block.ts";
import { plainPlace, viewOf } from "../support/hosts-place.ts";
import { openSink } from "../support/hosts-suite.ts";
import { emptyView } from "../../src/records/view.ts";
import { digest } from "../../src/sinks/hosts-file/document/digest.ts";
import { maxBytes } from "../../src/sinks/hosts-file/text.ts";

const mebibyte = 1024 * 1024;

const users = "127.0.0.1 localhost\n";
const last = "# mine, without a line end";

test("a block of 1,100,000 lines, some 280 MB, is read and taken out whole when less is to be shown", async () => {
  const count = 1_100_000;
  using place = plainPlace(`${users}${last}\n${block(manyLines(count), digest(last))}`);
  expect(statSync(place.path).size).toBeGreaterThan(256 * mebibyte);
  await using sink = await openSink(place);
  const shown = await sink.apply(viewOf(["a.test"]));
  expect(shown.ok && [shown.diff.added, shown.diff.removed.length]).toEqual([["10.0.0.1 a.test"], count]);
  expect(statSync(place.path).size).toBeLessThan(1000);
  expect((await sink.apply(emptyView)).ok).toBe(true);
  expect(readFileSync(place.path, "utf8")).toBe(users + last);
});

/** Lines of the user's, more than a text can hold with our lines. */
function usersLines(): Buffer {
  return Buffer.alloc(maxBytes + mebibyte, `# ${"mine ".repeat(199)}\n`);
}

describe("a file that is too large to be a text", () => {
  test("loses our block and nothing else when nothing is to be shown, and is left alone when something is", async () => {
    using place = plainPlace("");
    const mine = Buffer.concat([usersLines(), Buffer.from("\n")]);
    const file = openSync(place.path, "w");
    for (const part of [mine, Buffer.from(block("10.0.0.1 a.test\n")), Buffer.from(users)]) {
      for (let done = 0; done < part.length;) done += writeSync(file, part, done);
    }
    closeSync(file);
    await using sink = await openSink(place);
    const size = statSync(place.path).size;
    expect(await sink.apply(viewOf(["b.test"]))).toMatchObject({
      ok: false,
      trouble: { code: "hosts-file-too-large" },
    });
    expect(statSync(place.path).size).toBe(size);
    expect(await sink.apply(emptyView)).toMatchObject({
      ok: true,
      diff: { added: [], removed: ["10.0.0.1 a.test"] },
    });
    expect(readFileSync(place.path).equals(Buffer.concat([mine, Buffer.from(users)]))).toBe(true);
    expect(await sink.apply(emptyView)).toMatchObject({ ok: true, method: "unchanged" });
  });

  test("gets what is to be shown once our old lines are gone", async () => {
    // Two blocks as large as this were never written, but the user's lines may be beside one.
    const body = manyLines(1_000_000);
    const mine = Buffer.alloc(maxBytes - body.length + mebibyte, `# ${"mine ".repeat(199)}\n`);
    using place = plainPlace(Buffer.concat([mine, Buffer.from("\n"), Buffer.from(block(body))]));
    await using sink = await openSink(place);
    const shown = await sink.apply(viewOf(["a.test"]));
    expect(shown.ok && [shown.diff.added, shown.diff.removed.length]).toEqual([["10.0.0.1 a.test"], 1_000_000]);
    expect(statSync(place.path).size).toBeLessThan(mine.length + 1000);
  });
});
