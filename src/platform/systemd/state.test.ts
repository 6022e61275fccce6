/** What systemctl prints, as it prints it. */
import { expect, test } from "vitest";
import { findState, readState } from "./state.ts";

const failing = `LoadState=loaded
ActiveState=activating
Result=exit-code
ExecMainStatus=2
UnitFileState=enabled
NRestarts=7
`;

test("a service that is started again and again", () => {
  expect(readState(failing)).toEqual({
    activity: "failing",
    lastEnd: "exit code 2",
    restarts: 7,
    startsAtBoot: true,
  });
});

test.each([
  ["active", "running"],
  ["inactive", "stopped"],
  ["failed", "failing"],
  ["activating", "failing"],
])("a unit that is %s is %s", (active, activity) => {
  expect(readState(`LoadState=loaded\nActiveState=${active}\n`)?.activity).toBe(activity);
});

test.each([
  ["disabled", false],
  ["enabled", true],
  // As of a package's unit with a preset, or one that another unit pulls in.
  ["static", true],
])("a unit file that is %s starts at boot: %s", (file, startsAtBoot) => {
  expect(readState(`LoadState=loaded\nUnitFileState=${file}\n`)?.startsAtBoot).toBe(startsAtBoot);
});

test("an end without an exit code is named as systemd names it", () => {
  expect(readState("LoadState=loaded\nResult=watchdog\nExecMainStatus=9\n")?.lastEnd).toBe("watchdog");
});

test.each(["", "LoadState=not-found\nActiveState=inactive\n"])("no unit: %j", (text) => {
  expect(readState(text)).toBeUndefined();
});

test("it asks for the service's unit", async () => {
  const asked: string[] = [];
  const state = await findState(async (program, parameters) => {
    asked.push([program, ...parameters].join(" "));
    return { ok: true, output: failing, complaint: "", isMissing: false };
  });
  expect(asked).toEqual([
    "systemctl show --property LoadState,ActiveState,Result,ExecMainStatus,UnitFileState,NRestarts hostsfile-server.service",
  ]);
  expect(state?.activity).toBe("failing");
});
