/** A server that keeps another file, or none, is named before its lines are looked for. */
import { expect, test } from "vitest";
import { judgeServerFile } from "./server-file.ts";

test.each([
  { server: undefined, grade: "ok" },
  { server: { hostsFile: "/etc/hosts", dryRun: false }, grade: "ok" },
  { server: { hostsFile: "/tmp/hosts", dryRun: false }, grade: "warning", code: "server-keeps-another-file" },
  { server: { hostsFile: "/etc/hosts", dryRun: true }, grade: "warning", code: "server-dry-run" },
])("$server is $grade", ({ server, ...wanted }) => {
  expect(judgeServerFile(server, "/etc/hosts")).toMatchObject(wanted);
});

test("the other file can be looked at, whatever its name", () => {
  expect(judgeServerFile({ hostsFile: "/tmp/my hosts", dryRun: false }, "/etc/hosts")).toMatchObject({
    hint: "Look at that file:",
    command: "hostsfile-server doctor '--hosts-file=/tmp/my hosts'",
    isDeadEnd: true,
  });
});
