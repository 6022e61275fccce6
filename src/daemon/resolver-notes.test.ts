/** What is said of domains that others have too, and of a machine where nobody is told. */
import { expect, test } from "vitest";
import { notesOf, untoldNote } from "./resolver-notes.ts";

test("a domain that is taken, and a name that is left", () => {
  expect(notesOf({ taken: ["a.io"], left: ["b.io"] })).toMatchObject([
    { code: "resolver-taken", severity: "info", message: expect.stringContaining("*.a.io covers all of a.io") },
    { code: "resolver-left", severity: "info", message: expect.stringContaining("b.io is a domain of others") },
  ]);
  expect(notesOf({ taken: [], left: [] })).toEqual([]);
});

test("nobody is told: that matters once a name needs it", () => {
  expect(untoldNote([], "Nobody is told.")).toEqual([]);
  expect(untoldNote(["*.a.io", "*.b.io", "_x.c.io"], "Nobody is told.")).toMatchObject([
    { severity: "info", message: "Most programs on this machine do not resolve *.a.io and 2 more. Nobody is told." },
  ]);
});
