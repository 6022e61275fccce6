/** A scratch file is fine, but resolves nowhere. */
import { expect, test } from "vitest";
import { judgeRead } from "./hosts-file-is-read.ts";

test("the resolvers' own file, and another", () => {
  expect(judgeRead("/etc/hosts", true)).toMatchObject({ grade: "ok" });
  expect(judgeRead("/tmp/hosts", false)).toMatchObject({
    grade: "note",
    code: "hosts-file-not-resolvers",
    isDeadEnd: true,
  });
});
