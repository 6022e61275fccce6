/** Only a resolved that runs and does not read the file matters. */
import { expect, test } from "vitest";
import { judgeResolved } from "./resolved.ts";

test.each([
  { isRunning: false, readsHosts: false, grade: "ok" },
  { isRunning: true, readsHosts: true, grade: "ok" },
  { isRunning: true, readsHosts: false, grade: "warning", code: "resolved-ignores-hosts" },
])("running $isRunning, reading $readsHosts: $grade", ({ isRunning, readsHosts, ...wanted }) => {
  expect(judgeResolved({ isRunning, readsHosts })).toMatchObject(wanted);
});
