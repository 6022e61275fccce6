/** A service that does not start at boot is gone tomorrow. */
import { expect, test } from "vitest";
import { linux } from "../../platform/linux.ts";
import { readState } from "../../platform/systemd/state.ts";
import { judgeEnabled } from "./service-enabled.ts";

test.each([
  { state: "enabled", grade: "ok" },
  { state: "static", grade: "ok" },
  { state: "disabled", grade: "warning", code: "service-not-enabled" },
])("$state is $grade", ({ state, ...wanted }) => {
  expect(judgeEnabled(readState(`LoadState=loaded\nUnitFileState=${state}\n`), linux)).toMatchObject(wanted);
});

test("a server that was started by hand is a note", () => {
  expect(judgeEnabled(undefined, linux)).toMatchObject({ grade: "note", code: "service-not-installed" });
});
