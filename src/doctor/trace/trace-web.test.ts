/** What a page says of the way behind a name; the end-to-end tests knock at a real one. */
import { expect, test } from "vitest";
import { judgePage, traceWeb } from "./trace-web.ts";

test.each([
  { status: 200, grade: "ok" },
  { status: 302, grade: "ok" },
  { status: 401, grade: "ok" },
  { status: 404, grade: "warning", code: "name-without-page" },
  { status: 503, grade: "warning", code: "name-without-page" },
  { status: undefined, grade: "warning", code: "name-without-page" },
])("$status is $grade", ({ status, ...wanted }) => expect(judgePage("foo.dtk.io", status)).toMatchObject(wanted));

test("a name without an address is not tried", async () => {
  expect(await traceWeb("foo.dtk.io", [])).toMatchObject([{ grade: "ok" }]);
});
