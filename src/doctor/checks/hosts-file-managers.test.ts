/** Marks of other programs in the user's part are worth a note. */
import { expect, test } from "vitest";
import { judgeMarks } from "./hosts-file-managers.ts";

test("no mark, and the marks of two", () => {
  expect(judgeMarks("/etc/hosts", "127.0.0.1 localhost\n")).toMatchObject({ grade: "ok" });
  expect(judgeMarks("/etc/hosts", "# Added by Docker Desktop\n# profile.on dev\n")).toMatchObject({
    grade: "note",
    code: "hosts-file-shared",
    message: expect.stringContaining("Docker Desktop or hostctl"),
  });
});
