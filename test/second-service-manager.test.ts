/** There is room for a second service manager: one that is known to no other file installs, runs and removes the product. */
import { freePort } from "./cluster/eventually.ts";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isRefused, sendRequest } from "../src/base/request.ts";
import { serverAnswers } from "../src/doctor/checks/server-answers.ts";
import { serviceEnabled } from "../src/doctor/checks/service-enabled.ts";
import type { Platform } from "../src/platform/platform.ts";
import { applyInstallation, changesOf, findPresent, planInstallation } from "../src/service/installation.ts";
import { findObstacles } from "../src/service/obstacles.ts";
import type { InstalledProgram } from "../src/service/program.ts";
import { findInstalled, removeInstalled } from "../src/service/removal.ts";
import { bareDesktop } from "./support/doctor-desktop.ts";
import { machineIn } from "./support/machine.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

/** The built product where it is, with one command of it that is put into place. */
function programOf({ places }: Platform): InstalledProgram {
  const bundle = join(import.meta.dirname, "..", "dist", "hostsfile-server.js");
  const target = join(places.programFolder, "hostsfile-server");
  const { owner } = places;
  return {
    items: [
      { kind: "file", path: target, content: "#!/bin/sh\n", mode: 0o755, owner },
      { kind: "link", path: join(places.commandFolder, "hostsfile-server"), target },
    ],
    command: [process.execPath, bundle],
    hasAddon: true,
  };
}

async function statusOf(port: number, path: string): Promise<number | undefined> {
  const asked = sendRequest({ host: "127.0.0.1", port, method: "GET", path });
  return asked.then(
    ({ status }) => status,
    (error: unknown) => {
      if (isRefused(error)) return undefined;
      throw error;
    },
  );
}

describe("the plain supervisor", () => {
  test("installs, runs, restarts, stops and removes the server", async () => {
    using folder = temporaryFolder();
    const machine = machineIn(folder.path);
    const { places, services } = machine;
    await using cleanup = new AsyncDisposableStack();
    cleanup.defer(services.stop);
    const user = "127.0.0.1 localhost\n";
    writeFileSync(places.hostsFile, user);
    const port = await freePort();
    const listen = { host: "127.0.0.1", port };
    const present = await findPresent(false, machine);
    expect(present).toMatchObject({ place: undefined, pid: undefined, settings: undefined });
    const obstacles = await findObstacles({
      listen,
      isPortOurs: false,
      servicePid: present.pid,
      hostsFile: places.hostsFile,
      command: "install",
      platform: machine,
      user: process.geteuid?.(),
    });
    expect(obstacles).toEqual([]);

    const variables = {
      HOSTSFILE_SERVER_PORT: String(port),
      HOSTSFILE_SERVER_DNS: "off",
      HOSTSFILE_SERVER_HOST: listen.host,
      HOSTSFILE_SERVER_HOSTS_FILE: places.hostsFile,
      HOSTSFILE_SERVER_STATE_DIR: places.stateFolder,
      HOSTSFILE_SERVER_DOMAINS: "dtk.io",
      HOSTSFILE_SERVER_CLUSTER_IP: "192.0.2.1",
    };
    const responder = { places: [], isOn: false };
    const wanted = { program: programOf(machine), variables, listen, responder, token: undefined };
    const plan = await planInstallation(present, wanted, machine);
    expect(plan.isMoved).toBe(true);
    await applyInstallation(plan, machine);
    await expect.poll(async () => statusOf(port, "/readyz")).toBe(200);

    const desktop = bareDesktop({ port, platform: machine, run: async () => Promise.reject(new Error("not asked")) });
    expect(await serviceEnabled.run(desktop)).toEqual([{ grade: "ok", message: "The service starts at boot." }]);
    const before = await findPresent(false, machine);
    expect(before).toMatchObject({ place: `127.0.0.1:${port}`, isListening: true });
    const again = await planInstallation(before, { ...wanted, variables: {} }, machine);
    expect({ changes: changesOf(again), isMoved: again.isMoved }).toEqual({ changes: [], isMoved: false });

    // A server that is killed is started again.
    process.kill(before.pid ?? 0, "SIGKILL");
    await expect.poll(async () => (await findPresent(false, machine)).pid).not.toBe(before.pid);
    await expect.poll(async () => statusOf(port, "/readyz")).toBe(200);
    expect(await services.findState(desktop.run)).toMatchObject({ activity: "running", restarts: 1 });

    await services.stop();
    expect(await statusOf(port, "/readyz")).toBeUndefined();
    const silent = bareDesktop({ port, platform: machine, status: async () => undefined });
    expect(await serverAnswers.run(silent)).toMatchObject([{ code: "service-stopped", fix: { needsRoot: true } }]);

    const installed = await findInstalled({ keepState: false }, machine);
    expect(installed).toContain(join(folder.path, "service"));
    await removeInstalled(installed, machine);
    expect(await findInstalled({ keepState: false }, machine)).toEqual([]);
    expect(existsSync(join(places.commandFolder, "hostsfile-server"))).toBe(false);
    expect(readFileSync(places.hostsFile, "utf8")).toBe(user);
  });
});
