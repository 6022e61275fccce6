/** What an installation writes, in which order, and that a second one writes nothing. */
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { machineIn } from "../../test/support/machine.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import type { Platform } from "../platform/platform.ts";
import type { PresentService, ServiceChange } from "../platform/service-manager.ts";
import { responderPlaces } from "../records/listen-address.ts";
import {
  type Wanted,
  applyInstallation,
  changesOf,
  findPresent,
  planInstallation,
  variablesOf,
} from "./installation.ts";

/** A machine whose manager only notes what it is told. */
function scene(found: Partial<PresentService> = {}) {
  const folder = temporaryFolder();
  const machine = machineIn(folder.path);
  const told: string[] = [];
  const nothing: PresentService = { place: undefined, isListening: false, pid: undefined, predecessor: undefined };
  const platform: Platform = {
    ...machine,
    services: {
      ...machine.services,
      findPresent: async () => ({ ...nothing, ...found }),
      run: async (change: ServiceChange, hasResponder) =>
        void told.push(`run ${change}${hasResponder ? "" : " without responder"}`),
      setPredecessorAside: async (copy) => void told.push(`set aside ${copy}`),
      findReplaced: async (programFolder) => (existsSync(programFolder) ? [join(folder.path, "by-hand.service")] : []),
    },
  };
  return { folder: folder.path, platform, told, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

const listen = { host: "127.0.0.1", port: 5000 };

function wantedOn({ places }: Platform, part: Partial<Wanted> = {}): Wanted {
  const path = join(places.programFolder, "hostsfile-server");
  const { owner } = places;
  return {
    program: {
      items: [{ kind: "file", path, content: "#!/bin/sh\n", mode: 0o755, owner }],
      command: [path],
      hasAddon: true,
    },
    variables: { HOSTSFILE_SERVER_PORT: "5000" },
    listen,
    responder: { places: responderPlaces(), isOn: true },
    token: { ...owner, mode: 0o600 },
    ...part,
  };
}

async function planOn(platform: Platform, part: Partial<Wanted> = {}) {
  return planInstallation(await findPresent(false, platform), wantedOn(platform, part), platform);
}

describe("on a machine that has nothing", () => {
  test("everything is missing, and the program comes before what starts it", async () => {
    using here = scene();
    const { places, services } = here.platform;
    const plan = await planOn(here.platform);
    expect(plan).toMatchObject({ isMoved: true, predecessor: undefined, replaced: [] });
    expect(plan.items.every(({ state }) => state === "missing")).toBe(true);
    expect(plan.items.map(({ item }) => item.path)).toEqual([
      join(places.programFolder, "hostsfile-server"),
      places.settingsFolder,
      places.tokenFile,
      places.settingsFile,
      ...services.filesOf({ command: [], canNotify: true, listen, responder: [] }, true).map(({ path }) => path),
    ]);
    expect(existsSync(places.settingsFolder)).toBe(false);
  });

  test("it is written, with a token of 256 bits that only its owner reads", async () => {
    using here = scene();
    const { places } = here.platform;
    await applyInstallation(await planOn(here.platform), here.platform);
    expect(here.told).toEqual(["run place"]);
    expect(readFileSync(places.tokenFile, "utf8")).toMatch(/^[0-9a-f]{64}\n$/);
    expect(statSync(places.tokenFile).mode & 0o777).toBe(0o600);
    expect(variablesOf(readFileSync(places.settingsFile, "utf8"))).toEqual({ HOSTSFILE_SERVER_PORT: "5000" });
  });

  test("two tokens are never the same", async () => {
    const tokens = await Promise.all(
      ["a", "b"].map(async () => {
        using here = scene();
        await applyInstallation(await planOn(here.platform), here.platform);
        return readFileSync(here.platform.places.tokenFile, "utf8");
      }),
    );
    expect(tokens[0]).not.toBe(tokens[1]);
  });

  test("a server without a token gets none", async () => {
    using here = scene();
    await applyInstallation(await planOn(here.platform, { token: undefined }), here.platform);
    expect(existsSync(here.platform.places.tokenFile)).toBe(false);
  });
});

describe("a second time", () => {
  /** Installed once, and listening where it is wanted. */
  async function installed() {
    const here = scene({ place: "127.0.0.1:5000", isListening: true });
    await applyInstallation(await planOn(here.platform), here.platform);
    here.told.splice(0);
    return here;
  }

  test("nothing is written, and the service goes on", async () => {
    using here = await installed();
    const token = readFileSync(here.platform.places.tokenFile, "utf8");
    const plan = await planOn(here.platform);
    expect([changesOf(plan), plan.isMoved]).toEqual([[], false]);
    await applyInstallation(plan, here.platform);
    expect(here.told).toEqual(["run nothing"]);
    expect(readFileSync(here.platform.places.tokenFile, "utf8")).toBe(token);
  });

  test("another setting changes its line and no other, and the program starts anew", async () => {
    using here = await installed();
    const { settingsFile } = here.platform.places;
    const mine = `# mine\nHOSTSFILE_SERVER_DEBUG=true\n${readFileSync(settingsFile, "utf8")}`;
    writeFileSync(settingsFile, mine);
    const plan = await planOn(here.platform, { variables: { HOSTSFILE_SERVER_PORT: "5001" } });
    expect(changesOf(plan).map(({ path }) => path)).toEqual([settingsFile]);
    await applyInstallation(plan, here.platform);
    expect(readFileSync(settingsFile, "utf8")).toBe(mine.replace("5000", "5001"));
    expect(here.told).toEqual(["run program"]);
  });

  test("elsewhere, the port is taken anew", async () => {
    using here = await installed();
    const plan = await planOn(here.platform, { listen: { host: undefined, port: 5001 } });
    expect(plan.isMoved).toBe(true);
    await applyInstallation(plan, here.platform);
    expect(here.told).toEqual(["run place"]);
  });

  test("a token that was opened to others is closed again, and stays the same token", async () => {
    using here = await installed();
    const { tokenFile } = here.platform.places;
    const token = readFileSync(tokenFile, "utf8");
    chmodSync(tokenFile, 0o666);
    const plan = await planOn(here.platform);
    expect(changesOf(plan).map(({ path }) => path)).toEqual([tokenFile]);
    await applyInstallation(plan, here.platform);
    expect([readFileSync(tokenFile, "utf8"), statSync(tokenFile).mode & 0o777]).toEqual([token, 0o600]);
  });

  test("parts of an older program go, and what is beside its folder stays", async () => {
    using here = await installed();
    const { programFolder, settingsFolder } = here.platform.places;
    const [stale, beside] = [join(programFolder, "chunk-OLD.js"), join(settingsFolder, "mine")];
    for (const path of [stale, beside]) writeFileSync(path, "");
    mkdirSync(join(programFolder, ".compiled"));
    await applyInstallation(await planOn(here.platform), here.platform);
    expect([existsSync(stale), existsSync(join(programFolder, ".compiled")), existsSync(beside)]).toEqual([
      false,
      false,
      true,
    ]);
  });

  test("after an interruption it continues where that stopped", async () => {
    using here = scene();
    const { places } = here.platform;
    const first = await planOn(here.platform);
    mkdirSync(places.settingsFolder);
    writeFileSync(places.tokenFile, "a-token-from-before-it-stopped\n", { mode: 0o600 });
    await applyInstallation(await planOn(here.platform), here.platform);
    expect(readFileSync(places.tokenFile, "utf8")).toBe("a-token-from-before-it-stopped\n");
    expect(first.items.every(({ item }) => lstatSync(item.path, { throwIfNoEntry: false }) !== undefined)).toBe(true);
  });
});

describe("what has to start anew", () => {
  /** A machine on which it is installed. */
  async function installed() {
    const here = scene({ place: "127.0.0.1:5000" });
    const responderFile = join(here.folder, "responder");
    const optionalFile = join(here.folder, "responder-elsewhere");
    let text = "usual";
    const platform: Platform = {
      ...here.platform,
      services: {
        ...here.platform.services,
        responderFiles: [responderFile, optionalFile],
        optionalFiles: [optionalFile],
        filesOf: () => [{ path: text === "elsewhere" ? optionalFile : responderFile, content: text }],
      },
    };
    await applyInstallation(await planOn(platform), platform);
    here.told.length = 0;
    return { here, platform, say: (next: string) => (text = next), [Symbol.dispose]: () => here[Symbol.dispose]() };
  }

  test("nothing, where nothing changed", async () => {
    using machine = await installed();
    await applyInstallation(await planOn(machine.platform), machine.platform);
    expect(machine.here.told).toEqual(["run nothing"]);
  });

  test("the sockets of the responder, where another place is written or one is taken back", async () => {
    using machine = await installed();
    for (const text of ["other", "elsewhere", "other"]) {
      machine.say(text);
      await applyInstallation(await planOn(machine.platform), machine.platform);
    }
    expect(machine.here.told).toEqual(["run responder", "run responder", "run responder"]);
  });

  test("the program alone, where the responder's file is new or the responder is off", async () => {
    using machine = await installed();
    rmSync(join(machine.here.folder, "responder"));
    const responder = { places: responderPlaces(), isOn: false };
    await applyInstallation(await planOn(machine.platform, { responder }), machine.platform);
    expect(machine.here.told).toEqual(["run program without responder"]);
  });
});

describe("what was there before", () => {
  test("a predecessor's service is kept as a copy before anything is written, and the port is taken over", async () => {
    using here = scene({ predecessor: { port: "5000" } });
    const { places } = here.platform;
    const plan = await planOn(here.platform);
    expect(plan.predecessor).toEqual({ port: "5000" });
    await applyInstallation(plan, here.platform);
    expect(here.told).toEqual([`set aside ${places.predecessorCopy}`, "run place"]);
    expect(existsSync(places.stateFolder)).toBe(true);
  });

  test("a package takes the place of an installation by hand, whose settings and token stay", async () => {
    using here = scene({ place: "127.0.0.1:5000" });
    const { places } = here.platform;
    await applyInstallation(await planOn(here.platform), here.platform);
    const byHand = join(here.folder, "by-hand.service");
    writeFileSync(byHand, "");
    const packaged = { items: [], command: undefined, hasAddon: true };
    const plan = await planOn(here.platform, { program: packaged });
    expect(plan.replaced).toEqual([byHand, places.programFolder]);
    await applyInstallation(plan, here.platform);
    expect([existsSync(byHand), existsSync(places.programFolder)]).toEqual([false, false]);
    expect([existsSync(places.tokenFile), existsSync(places.settingsFile)]).toEqual([true, true]);
  });

  test("a broken settings file has the variables that can be read", () => {
    expect(variablesOf("A=1\nnonsense\n=2\nB='x y'\n")).toMatchObject({ A: "1", B: "x y" });
    expect(variablesOf(undefined)).toEqual({});
  });

  test("a settings folder that is a file is as if there were none", async () => {
    using here = scene();
    writeFileSync(here.platform.places.settingsFolder, "");
    expect(await findPresent(false, here.platform)).toMatchObject({ settings: undefined, token: undefined });
  });
});
