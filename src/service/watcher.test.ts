/** The watcher in a home folder: put there, found again, and removed with what was made for it and nothing else. */
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { machineIn } from "../../test/support/machine.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import type { UserServices } from "../platform/user-services.ts";
import {
  type WatcherWish,
  applyWatcher,
  findWatchers,
  pathsOfWatcher,
  planWatcher,
  removeWatcher,
  watcherChanges,
} from "./watcher.ts";

/** Of this process, which shares its rights with other tests; `test/e2e/install-watch.test.ts` has another user. */
const [user, group] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];

function open() {
  const folder = temporaryFolder();
  const told: string[] = [];
  const home = join(folder.path, "home");
  mkdirSync(join(home, ".config", "other"), { recursive: true });
  const machine = machineIn(folder.path);
  mkdirSync(machine.places.settingsFolder);
  const tell = (what: string) => async (): Promise<boolean> => Promise.resolve(told.push(what) > 0);
  const services: UserServices = {
    watcher: "the watcher",
    filesOf: (login, { command }) => [{ path: join(login.home, "units", "watch"), content: command.join(" ") }],
    start: tell("start"),
    stop: async () => void (await tell("stop")()),
    forget: async () => void (await tell("forget")()),
    runFromBoot: () => false,
    letRunFromBoot: () => [],
    startByHand: [],
    log: [],
  };
  const platform = { ...machine, services: { ...machine.services, ofUsers: services } };
  const login = { name: "dev", user, group, home };
  const wish: WatcherWish = { login, services, command: ["/x", "watch"], environment: {}, token: "watch/dev/MAC" };
  return { home, told, platform, wish, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

test("what is there before stays, and what was made goes", async () => {
  using here = open();
  const { home, platform, wish, told } = here;
  await applyWatcher(await planWatcher(wish, platform));
  const token = join(home, ".config", "hostsfile-server", "token");
  expect(readFileSync(token, "utf8")).toBe("watch/dev/MAC\n");
  expect([statSync(token).mode & 0o777, statSync(token).uid, statSync(token).gid]).toEqual([0o600, user, group]);
  const [watcher] = await findWatchers(platform);
  if (watcher === undefined) throw new Error("not found");
  expect(await pathsOfWatcher(watcher)).toEqual([token, join(home, "units", "watch")]);
  expect(watcherChanges(await planWatcher(wish, platform))).toEqual([]);
  // The user's own, in a folder that was made for us.
  writeFileSync(join(home, "units", "mine"), "");
  await removeWatcher(watcher, platform);
  expect(readdirSync(home, { recursive: true, encoding: "utf8" }).toSorted()).toEqual([
    ".config",
    ".config/other",
    "units",
    "units/mine",
  ]);
  expect(told).toEqual(["start", "stop", "forget"]);
});

test.each([
  ["cut off", '{"name": "dev", '],
  ["of another shape", '{"name": "dev"}'],
])("a note that is %s is named, and installing writes it anew", async (_, text) => {
  using here = open();
  const { home, platform, wish } = here;
  await applyWatcher(await planWatcher(wish, platform));
  const note = join(platform.places.settingsFolder, "watchers", "dev");
  writeFileSync(note, text);
  await expect(findWatchers(platform)).rejects.toMatchObject({
    code: "watcher-note-damaged",
    message: `${note}, which says what of the watcher of dev is ours, cannot be read as that.`,
    command: "sudo hostsfile-server install --watch",
  });
  expect(readFileSync(note, "utf8")).toBe(text);
  await applyWatcher(await planWatcher(wish, platform));
  const [watcher] = await findWatchers(platform);
  if (watcher === undefined) throw new Error("not found");
  await removeWatcher(watcher, platform);
  expect(existsSync(join(home, "units", "watch"))).toBe(false);
});

test("a note that was being written when the machine went down is none", async () => {
  using here = open();
  const { platform, wish } = here;
  await applyWatcher(await planWatcher(wish, platform));
  const unfinished = "dev.0189f7e2-1b1c-4c5e-9f0a-2f1d6d5b1c3a";
  writeFileSync(join(platform.places.settingsFolder, "watchers", unfinished), "");
  expect(await findWatchers(platform)).toHaveLength(1);
});

test("a second run that finds everything remembers all the same what the first made", async () => {
  using here = open();
  const { home, platform, wish } = here;
  await applyWatcher(await planWatcher(wish, platform));
  await applyWatcher(await planWatcher({ ...wish, command: ["/y"] }, platform));
  const [watcher] = await findWatchers(platform);
  if (watcher === undefined) throw new Error("not found");
  await removeWatcher(watcher, platform);
  expect(existsSync(join(home, "units"))).toBe(false);
  expect(existsSync(join(home, ".config", "hostsfile-server"))).toBe(false);
});
