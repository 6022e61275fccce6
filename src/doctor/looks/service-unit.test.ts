/** What systemctl prints, as it prints it. */
import { expect, test } from "vitest";
import { readUnit } from "./service-unit.ts";

const failing = `LoadState=loaded
ActiveState=activating
SubState=auto-restart
Result=exit-code
ExecMainStatus=2
UnitFileState=enabled
NRestarts=7
`;

test("a unit that is started again and again", () => {
  expect(readUnit(failing, "ActiveState=active\n")).toEqual({
    load: "loaded",
    active: "activating",
    sub: "auto-restart",
    result: "exit-code",
    exitCode: "2",
    atBoot: "enabled",
    restarts: 7,
    isSocketActive: true,
  });
});

test.each(["", "LoadState=not-found\nActiveState=inactive\n"])("no unit: %j", (text) => {
  expect(readUnit(text, "")).toBeUndefined();
});

test("a socket that is stopped", () => {
  expect(readUnit(failing, "ActiveState=inactive\n")?.isSocketActive).toBe(false);
});
