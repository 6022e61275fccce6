/** A cache is worth a note, and may be emptied. */
import { expect, test } from "vitest";
import { judgeNscd } from "./nscd.ts";

test("nscd", () => {
  expect(judgeNscd({ isNscdRunning: false })).toMatchObject({ grade: "ok" });
  expect(judgeNscd({ isNscdRunning: true })).toMatchObject({
    grade: "note",
    code: "nscd-caches",
    fix: { commands: [["nscd", "-i", "hosts"]], needsRoot: true },
  });
});
