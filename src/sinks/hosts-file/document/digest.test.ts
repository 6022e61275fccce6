/** The digest tells texts apart, however little they differ, and knows those of version 0.1.0. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { digest, isDigestOf } from "./digest.ts";
import { findMarkers } from "./marker.ts";

const octet = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const text = fc.string({ unit: octet, maxLength: 40 });

test("no edit is overlooked", () => {
  fc.assert(
    fc.property(text, text, text, text, (start, gone, come, end) => {
      fc.pre(gone !== come);
      expect(digest(start + come + end)).not.toBe(digest(start + gone + end));
    }),
    { numRuns: 5000 },
  );
});

test("neither are characters that change places", () => {
  fc.assert(
    fc.property(text, octet, octet, text, text, (start, one, other, middle, end) => {
      fc.pre(one !== other);
      expect(digest(start + one + middle + other + end)).not.toBe(digest(start + other + middle + one + end));
    }),
    { numRuns: 5000 },
  );
});

test("the same text has the same digest of 16 digits, in one piece or in many", () => {
  fc.assert(
    fc.property(fc.array(text), (pieces) => {
      const joined = pieces.join("");
      expect(digest(pieces.reduce((sum, piece) => sum + piece, ""))).toBe(
        digest(Buffer.from(joined, "latin1").toString("latin1")),
      );
      expect(digest(joined)).toMatch(/^[0-9a-f]{16}$/);
      expect(isDigestOf(digest(joined), joined)).toBe(true);
    }),
  );
});

test("a block that version 0.1.0 wrote is known, and one that was edited is not", () => {
  const file = readFileSync("test/fixtures/state-0.1.0/hosts", "latin1");
  const [begin, end] = findMarkers(file);
  if (begin?.kind !== "begin" || end === undefined) throw new Error("no block");
  const body = file.slice(begin.end, end.start);
  expect(isDigestOf(begin.body, body)).toBe(true);
  expect(isDigestOf(begin.body, `${body}\n`)).toBe(false);
});
