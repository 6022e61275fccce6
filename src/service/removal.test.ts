/** What is ours goes, what only has our name stays, and the predecessor gets its place back. */
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { machineIn } from "../../test/support/machine.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import type { Platform } from "../platform/platform.ts";
import { findInstalled, findReplaced, hasPredecessor, removeInstalled } from "./removal.ts";

/** A machine on which everything of ours is there, and whose manager notes what it is told. */
function installed() {
  const folder = temporaryFolder();
  const machine = machineIn(folder.path);
  const { places } = machine;
  const [service, told]: [string, string[]] = [join(folder.path, "service"), []];
  for (const path of [service, places.settingsFolder, places.stateFolder, places.programFolder, places.commandFolder]) {
    mkdirSync(path);
  }
  const restored = join(folder.path, "predecessor.service");
  const platform: Platform = {
    ...machine,
    services: {
      ...machine.services,
      forget: async () => void told.push("forget"),
      findReplaced: async () => [service],
      restorePredecessor: async (copy) => {
        told.push(`restore ${copy}`);
        writeFileSync(restored, "theirs");
        return restored;
      },
    },
  };
  return { platform, places, service, restored, told, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

const everything = { keepState: false };

describe("what is there", () => {
  test("is named so that what starts the service goes first and the program last", async () => {
    using here = installed();
    const { places, service } = here;
    expect(await findInstalled(everything, here.platform)).toEqual([
      service,
      places.settingsFolder,
      places.stateFolder,
      places.programFolder,
    ]);
  });

  test("does not have the state among it when that is to be kept", async () => {
    using here = installed();
    expect(await findInstalled({ keepState: true }, here.platform)).not.toContain(here.places.stateFolder);
  });

  test("has our links among it, and no command that npm or the user put under our name", async () => {
    using here = installed();
    const { commandFolder, programFolder } = here.places;
    const [ours, theirs] = [join(commandFolder, "dtk"), join(commandFolder, "hostsfile-server")];
    symlinkSync(join(programFolder, "dtk"), ours);
    symlinkSync("../lib/node_modules/hostsfile-server/dist/hostsfile-server.js", theirs);
    const found = await findInstalled(everything, here.platform);
    expect([found.includes(ours), found.includes(theirs)]).toEqual([true, false]);
  });

  test("a command that is a plain file is not ours either", async () => {
    using here = installed();
    const path = join(here.places.commandFolder, "dtk");
    writeFileSync(path, "#!/bin/sh\n");
    expect(await findInstalled(everything, here.platform)).not.toContain(path);
  });

  test("is found though a link of ours leads nowhere", async () => {
    using here = installed();
    const path = join(here.places.commandFolder, "dtk");
    symlinkSync(join(here.places.programFolder, "gone"), path);
    expect(await findInstalled(everything, here.platform)).toContain(path);
  });
});

test("a package takes the place of program, links and service, and of nothing that is the user's", async () => {
  using here = installed();
  const { places, service } = here;
  const link = join(places.commandFolder, "dtk");
  symlinkSync(join(places.programFolder, "dtk"), link);
  expect(await findReplaced(here.platform)).toEqual([service, link, places.programFolder]);
});

describe("removing", () => {
  test("takes all of it, and the manager forgets the service afterwards", async () => {
    using here = installed();
    writeFileSync(join(here.places.stateFolder, "records.sqlite"), "");
    const paths = await findInstalled(everything, here.platform);
    expect(await removeInstalled(paths, here.platform)).toBeUndefined();
    expect(paths.filter((path) => existsSync(path))).toEqual([]);
    expect(await findInstalled(everything, here.platform)).toEqual([]);
    expect(here.told).toEqual(["forget"]);
  });

  test("done again, it finds nothing and fails at nothing", async () => {
    using here = installed();
    const paths = await findInstalled(everything, here.platform);
    for (let round = 0; round < 2; round += 1) await removeInstalled(paths, here.platform);
    expect(paths.filter((path) => existsSync(path))).toEqual([]);
  });

  test("puts the predecessor back, and leaves it there though its path is among those that go", async () => {
    using here = installed();
    const { places, restored } = here;
    writeFileSync(places.predecessorCopy, "theirs");
    expect(await hasPredecessor(places)).toBe(true);
    const paths = [restored, ...(await findInstalled(everything, here.platform))];
    expect(await removeInstalled(paths, here.platform)).toBe(restored);
    expect([existsSync(restored), await hasPredecessor(places)]).toEqual([true, false]);
    expect(here.told).toEqual([`restore ${places.predecessorCopy}`, "forget"]);
  });

  test("where no predecessor was, none comes back", async () => {
    using here = installed();
    expect(await hasPredecessor(here.places)).toBe(false);
    await removeInstalled([], here.platform);
    expect([existsSync(here.restored), here.told]).toEqual([false, ["forget"]]);
  });
});
