import { once } from "node:events";
import { chownSync, realpathSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { takeLock } from "../sinks/hosts-file/lock.ts";
import { linux } from "../platform/linux.ts";
import { type ObstacleOptions, findObstacles } from "./obstacles.ts";

/** What hinders, but for systemd, which these machines may or may not have. */
async function obstaclesAt(etc: string, options: Partial<ObstacleOptions> = {}) {
  const found = await findObstacles({
    listen: { host: "127.0.0.1", port: 0 },
    isPortOurs: false,
    servicePid: undefined,
    hostsFile: join(etc, "hosts"),
    command: "sudo ./hostsfile-server install",
    platform: { ...linux, places: { ...linux.places, configurationFolder: etc } },
    user: process.geteuid?.(),
    ...options,
  });
  return found.filter(({ code }) => code !== "no-systemd");
}

async function codesAt(etc: string, options: Partial<ObstacleOptions> = {}): Promise<readonly string[]> {
  return (await obstaclesAt(etc, options)).map(({ code }) => code);
}

function makeEtc(): { readonly path: string; readonly hosts: string } & Disposable {
  const folder = temporaryFolder();
  const hosts = join(folder.path, "hosts");
  writeFileSync(hosts, "127.0.0.1 localhost\n");
  return { path: folder.path, hosts, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

const isRoot = process.geteuid?.() === 0;

describe("what hinders", () => {
  test("nothing, and nothing is left of the look", async () => {
    using etc = makeEtc();
    expect(await codesAt(etc.path)).toEqual([]);
  });

  test("a port that another program holds, which is named, but not our own", async () => {
    using etc = makeEtc();
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const listen = { host: "127.0.0.1", port };
    const [found] = await obstaclesAt(etc.path, { listen });
    expect(found?.code).toBe("port-taken");
    expect(found?.message).toContain(`Port ${port} is taken by process ${process.pid}`);
    expect(found?.command).toMatch(/^sudo (?:kill \d+|systemctl disable --now \S+)$/);
    expect(await codesAt(etc.path, { listen, isPortOurs: true })).toEqual([]);
    server.close();
  });

  test("a server that keeps the hosts file, but not the service itself", async () => {
    using etc = makeEtc();
    const holder = { pid: 4711, since: 0, what: "hostsfile-server serve" };
    const lock = takeLock({ path: etc.hosts, stateFolder: etc.path, holder });
    if (lock.state !== "held") throw new Error(lock.state);
    await using _lock = lock;
    const found = await obstaclesAt(etc.path);
    expect(found).toMatchObject([{ code: "hosts-file-lock-taken", hint: "Stop it:", command: "sudo kill 4711" }]);
    expect(await codesAt(etc.path, { servicePid: 4711 })).toEqual([]);
  });

  test("a hosts file that is not there", async () => {
    using folder = temporaryFolder();
    expect(await codesAt(folder.path)).toEqual(["hosts-file-unwritable"]);
  });

  test("a link out of the folder that the service may write to", async () => {
    using etc = makeEtc();
    using elsewhere = temporaryFolder();
    const real = join(realpathSync(elsewhere.path), "hosts");
    renameSync(etc.hosts, real);
    symlinkSync(real, etc.hosts);
    expect(await obstaclesAt(etc.path)).toMatchObject([
      { hint: "Make it a plain file:", command: `sudo cp --remove-destination ${real} ${etc.hosts}` },
    ]);
  });

  test.runIf(isRoot)("a file of another user's (only root meets it)", async () => {
    using etc = makeEtc();
    chownSync(etc.hosts, 65_534, 0);
    expect(await codesAt(etc.path)).toEqual(["hosts-file-permission"]);
  });
});
