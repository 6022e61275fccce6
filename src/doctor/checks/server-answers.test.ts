/** A server that answers is named; for one that does not, the service manager and the port say why. */
import { expect, test } from "vitest";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { statusOf } from "../../../test/support/status.ts";
import { TroubleError } from "../../base/trouble.ts";
import { linux } from "../../platform/linux.ts";
import type { ServiceState } from "../../platform/service-manager.ts";
import { judgeSilence, serverAnswers } from "./server-answers.ts";

const running: ServiceState = { activity: "running", lastEnd: "success", restarts: 0, startsAtBoot: true };
const stopped: ServiceState = { ...running, activity: "stopped" };
const failing: ServiceState = { ...running, activity: "failing" };
const trouble = (code: string) => ({ code, message: "It does not.", hint: "Look." });
const silent = {
  port: 5000,
  trouble: undefined,
  service: undefined,
  holder: undefined,
  isRoot: false,
  platform: linux,
};

test("a server that answers is named with version and process", async () => {
  const status = statusOf({ server: { pid: 12, version: "1.2.3" } });
  expect(await serverAnswers.run(bareDesktop({ status: async () => status }))).toEqual([
    { grade: "ok", message: "The server answers on port 5000 (version 1.2.3, pid 12)." },
  ]);
});

test("the owner of the port is looked for when another program answers", async () => {
  const refused = new TroubleError(trouble("server-refused"), { exitCode: 3 });
  const output = 'LISTEN 0 5 0.0.0.0:5000 0.0.0.0:* users:(("python3",pid=77,fd=3))\n';
  const desktop = bareDesktop({
    status: async () => Promise.reject(refused),
    once: async () => undefined as never,
    run: async (program) => ({ ok: true, output: program === "ss" ? output : "", complaint: "", isMissing: false }),
  });
  expect(await serverAnswers.run(desktop)).toMatchObject([
    { grade: "problem", code: "port-of-stranger", message: "Port 5000 is held by another program (python3, pid 77)." },
  ]);
});

test.each([
  { given: silent, code: "no-server", command: "sudo hostsfile-server install" },
  { given: { ...silent, service: running }, code: "no-server", command: "systemctl status hostsfile-server.socket" },
  { given: { ...silent, trouble: trouble("server-unreachable") }, code: "server-unreachable", hint: "Look." },
  { given: { ...silent, holder: "nginx, pid 3" }, code: "port-of-stranger", command: "install --port=5001" },
  {
    given: { ...silent, trouble: trouble("token-needed") },
    code: "token-needed",
    command: "sudo hostsfile-server doctor",
  },
  { given: { ...silent, isRoot: true, trouble: trouble("token-needed") }, code: "token-needed", hint: "Look." },
  {
    given: { ...silent, service: stopped, trouble: trouble("server-unproven") },
    code: "server-unproven",
    hint: "Look.",
  },
  {
    given: { ...silent, service: stopped },
    code: "service-stopped",
    command: "sudo systemctl start hostsfile-server.socket hostsfile-server.service",
  },
  {
    given: {
      ...silent,
      trouble: trouble("server-unreachable"),
      service: { ...failing, lastEnd: "exit code 2" },
    },
    code: "service-failing",
    command: "sudo journalctl --unit hostsfile-server.service",
  },
  {
    given: { ...silent, service: { ...failing, lastEnd: "watchdog" } },
    code: "service-failing",
    command: "journalctl",
  },
])("$code: $hint$command", ({ given, code, hint = /./, command = "" }) => {
  expect(judgeSilence(given)).toMatchObject({
    code,
    hint: expect.stringMatching(hint),
    ...(command !== "" && { command: expect.stringContaining(command) }),
  });
});

test("the reason of the last end is said in words", () => {
  const service: ServiceState = { ...failing, lastEnd: "exit code 3", restarts: 4 };
  expect(judgeSilence({ ...silent, service }).message).toContain("ended with exit code 3 and was started 4 more times");
});

test("without the token the rest cannot be looked at, which is not a problem", () => {
  expect(judgeSilence({ ...silent, trouble: trouble("token-unreadable") })).toMatchObject({
    grade: "warning",
    isDeadEnd: true,
  });
});

test("only a stopped service can be started automatically", () => {
  expect(judgeSilence({ ...silent, service: stopped })).toHaveProperty("fix.commands", [
    ["systemctl", "start", "hostsfile-server.socket", "hostsfile-server.service"],
  ]);
  expect(judgeSilence({ ...silent, service: failing })).not.toHaveProperty("fix");
});
