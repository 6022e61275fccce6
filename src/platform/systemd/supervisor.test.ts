import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterEach, describe, expect, test, vi } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { findSupervisor } from "./supervisor.ts";

describe("the socket that systemd passes", () => {
  const pid = 4711;

  test.each([
    ["one for this process", { LISTEN_PID: "4711", LISTEN_FDS: "1" }, 3],
    ["one for another process", { LISTEN_PID: "4712", LISTEN_FDS: "1" }, undefined],
    ["none", { LISTEN_PID: "4711", LISTEN_FDS: "0" }, undefined],
    ["nothing said", {}, undefined],
    ["a count that is not a number", { LISTEN_PID: "4711", LISTEN_FDS: "x" }, undefined],
  ])("%s", (_, environment, descriptor) => {
    expect(findSupervisor({ ...environment }, pid).descriptor).toBe(descriptor);
  });

  test("two are refused with the way out", () => {
    expect(() => findSupervisor({ LISTEN_PID: "4711", LISTEN_FDS: "2" }, pid)).toThrow(
      expect.objectContaining({ code: "several-sockets", exitCode: 3 }),
    );
  });

  test("those of the responder are told by their name, in any order", () => {
    const names = ["dns", "dns", "hostsfile-server.socket", "dns"].join(":");
    const environment = { LISTEN_PID: "4711", LISTEN_FDS: "4", LISTEN_FDNAMES: names };
    expect(findSupervisor(environment, pid).descriptor).toBe(5);
    expect(environment).toEqual({});
  });

  test("those of the responder alone are no port for callers", () => {
    const supervisor = findSupervisor({ LISTEN_PID: "4711", LISTEN_FDS: "2", LISTEN_FDNAMES: "dns:dns" }, pid);
    expect(supervisor.descriptor).toBeUndefined();
  });

  test("what was said is taken out, so that no child takes it for its own", () => {
    const environment = { LISTEN_PID: "4711", LISTEN_FDS: "1", WATCHDOG_USEC: "1", WATCHDOG_PID: "4711", HOME: "/" };
    findSupervisor(environment, pid);
    expect(environment).toEqual({ HOME: "/" });
  });
});

const hasNotify = existsSync("/usr/bin/systemd-notify");

describe("what systemd is told", () => {
  const path = process.env["PATH"];
  afterEach(() => {
    process.env["PATH"] = path;
  });

  /** A systemd-notify that writes down what it is told. */
  const putNotifyOnPath = (folder: string): string => {
    const told = join(folder, "told");
    writeFileSync(join(folder, "systemd-notify"), `#!/bin/sh\necho "$@" >>${told}\n`, { mode: 0o755 });
    process.env["PATH"] = `${folder}:${path}`;
    return told;
  };

  test("nothing when nobody asked", async () => {
    await using supervisor = findSupervisor({}, process.pid);
    expect(supervisor.isThere).toBe(false);
    await supervisor.ready("fine");
  });

  test("a systemd-notify that fails or is missing ends nothing", async () => {
    await using supervisor = findSupervisor({ NOTIFY_SOCKET: "/nowhere" }, process.pid);
    process.env["PATH"] = "/nowhere";
    await expect(supervisor.ready("fine")).resolves.toBeUndefined();
    await expect(supervisor.stopping()).resolves.toBeUndefined();
  });

  test("that it is ready, and then regularly that it is alive, until it is disposed of", async () => {
    using place = temporaryFolder();
    const told = putNotifyOnPath(place.path);
    const environment = { NOTIFY_SOCKET: "/run/x", WATCHDOG_USEC: "60000", WATCHDOG_PID: String(process.pid) };
    {
      await using supervisor = findSupervisor(environment, process.pid);
      await supervisor.ready("5 names");
      expect(readFileSync(told, "utf8")).toContain("READY=1 STATUS=5 names\n");
      while (readFileSync(told, "utf8").split("WATCHDOG=1").length < 4) await sleep(10);
    }
    await sleep(200);
    const after = readFileSync(told, "utf8");
    await sleep(200);
    expect(readFileSync(told, "utf8")).toBe(after);
  });

  test("not that it is alive while it says of itself that it is stuck", async () => {
    using place = temporaryFolder();
    const told = putNotifyOnPath(place.path);
    let isStuck = true;
    const isAlive = vi.fn(() => !isStuck);
    await using supervisor = findSupervisor({ NOTIFY_SOCKET: "/run/x", WATCHDOG_USEC: "60000" }, process.pid);
    await supervisor.ready("5 names", isAlive);
    await expect.poll(() => isAlive.mock.calls.length).toBeGreaterThan(2);
    expect(readFileSync(told, "utf8")).not.toContain("WATCHDOG=1");
    isStuck = false;
    while (!readFileSync(told, "utf8").includes("WATCHDOG=1")) await sleep(10);
  });

  test.runIf(hasNotify)("the real systemd-notify understands the words", async () => {
    const execute = promisify(execFile);
    const { stdout } = await execute("systemd-notify", ["--help"]);
    expect(stdout).toContain("--ready");
    expect(stdout).toContain("--status=");
  });
});
