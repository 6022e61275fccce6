/** Proves with real processes that a hosts file has one writer, that death frees the lock, and that nothing stays behind. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { type Place, plainPlace } from "../../../test/support/hosts-place.ts";
import { takeLock } from "./lock.ts";
import type { Lock } from "./lock-outcome.ts";

const lockName = ".hosts.hostsfile-server.lock";

function take({ path, stateFolder }: Place, what = "test", stopCommand?: string): Lock {
  return takeLock({ path, stateFolder, holder: { pid: process.pid, since: 0, what, stopCommand } });
}

interface Locker {
  readonly child: ChildProcess;
  readonly state: string;
  readonly holder: { readonly pid: number } | undefined;
}

/** Another process that tries to take the lock and keeps it. */
async function startLocker({ path, stateFolder }: Place): Promise<Locker> {
  const words = ["test/support/hosts-locker.ts", path, stateFolder];
  const child = spawn(process.execPath, words, { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  return { child, ...JSON.parse(line) };
}

async function end({ child }: Locker, how: "SIGKILL" | "politely"): Promise<void> {
  const exit = once(child, "exit");
  if (how === "politely") child.stdin?.end();
  else child.kill(how);
  await exit;
}

test("twenty processes at once: one has it, and each of the others knows who", async () => {
  using place = plainPlace("");
  const lockers = await Promise.all(Array.from({ length: 20 }, () => startLocker(place)));
  try {
    const [winner, ...more] = lockers.filter(({ state }) => state === "held");
    expect(more).toEqual([]);
    const losers = lockers.filter((locker) => locker !== winner);
    expect(new Set(losers.map(({ state }) => state))).toEqual(new Set(["taken"]));
    // A process that asks after the start is told the right one.
    const late = await startLocker(place);
    lockers.push(late);
    expect(late).toMatchObject({ state: "taken", holder: { pid: winner?.child.pid } });
  } finally {
    await Promise.all(lockers.map((locker) => end(locker, "politely")));
  }
  expect(readdirSync(place.folder)).toEqual(["hosts"]);
});

test("taken and let go by four processes a hundred times and more: never two at once, always the right one named, though its file comes and goes", async () => {
  using place = plainPlace("");
  const words = ["test/support/hosts-lock-stress.ts", place.path, place.stateFolder, "150"];
  const run = promisify(execFile);
  const outputs = await Promise.all(Array.from({ length: 4 }, () => run(process.execPath, words)));
  const results = outputs.map(({ stdout }) => JSON.parse(stdout));
  expect(results.map(({ overlaps, misnamed, troubles }) => ({ overlaps, misnamed, troubles }))).toEqual(
    results.map(() => ({ overlaps: 0, misnamed: 0, troubles: [] })),
  );
  expect(results.reduce((sum, { held }) => sum + held, 0)).toBeGreaterThan(20);
  expect(readdirSync(place.folder)).toEqual(["hosts"]);
});

test("death frees the lock, whatever the file says", async () => {
  using place = plainPlace("");
  const locker = await startLocker(place);
  expect(locker.state).toBe("held");
  const meanwhile = take(place);
  expect(meanwhile).toMatchObject({ state: "taken", holder: { pid: locker.child.pid, what: "locker" } });
  await end(locker, "SIGKILL");
  expect(readdirSync(place.folder)).toContain(lockName);
  const lock = take(place);
  expect(lock.state).toBe("held");
  if (lock.state === "held") await lock[Symbol.asyncDispose]();
  expect(readdirSync(place.folder)).toEqual(["hosts"]);
});

test("a process that holds it and asks again does not lose it (fcntl locks go when any descriptor is closed)", async () => {
  using place = plainPlace("");
  const lock = take(place);
  expect(take(place).state).toBe("taken");
  const other = await startLocker(place);
  expect(other.state).toBe("taken");
  await end(other, "politely");
  if (lock.state === "held") await lock[Symbol.asyncDispose]();
});

test("its file is removed by hand: the lock is not kept, and letting it go takes nothing from the next one", async () => {
  using place = plainPlace("");
  const lock = take(place);
  if (lock.state !== "held") throw new Error(lock.state);
  expect(lock.isKept()).toBe(true);
  rmSync(join(place.folder, lockName));
  expect(lock.isKept()).toBe(false);
  const other = await startLocker(place);
  expect([other.state, lock.isKept()]).toEqual(["held", false]);
  await lock[Symbol.asyncDispose]();
  expect(readdirSync(place.folder)).toContain(lockName);
  expect(take(place).state).toBe("taken");
  await end(other, "politely");
});

test("a sentence names the holder and the way out", async () => {
  using place = plainPlace("");
  const lock = take(place, "hostsfile-server serve");
  const second = take(place);
  expect(second.state === "taken" && second.trouble).toEqual({
    code: "hosts-file-lock-taken",
    message: `${place.path} already has a writer: process ${process.pid} (hostsfile-server serve, since 1970-01-01T00:00:00.000Z).`,
    hint: "Give each its own --hosts-file, or stop the other one:",
    command: `sudo kill ${process.pid}`,
  });
  if (lock.state === "held") await lock[Symbol.asyncDispose]();
});

test("a service that holds it is stopped with its socket, as a killed one comes back", async () => {
  using place = plainPlace("");
  const stopCommand = "sudo systemctl stop hostsfile-server.socket hostsfile-server.service";
  const lock = take(place, "hostsfile-server.service", stopCommand);
  const second = take(place);
  expect(second.state === "taken" && second.trouble.command).toBe(stopCommand);
  if (lock.state === "held") await lock[Symbol.asyncDispose]();
});

test("a lock file that holds rubbish does not keep a writer away", async () => {
  using place = plainPlace("");
  writeFileSync(join(place.folder, lockName), "rubbish ".repeat(1000));
  const lock = take(place);
  expect(lock.state).toBe("held");
  if (lock.state === "held") await lock[Symbol.asyncDispose]();
});

test("no link is followed, and only this user may read it", async () => {
  using place = plainPlace("");
  const elsewhere = join(place.folder, "elsewhere");
  symlinkSync(elsewhere, join(place.folder, lockName));
  expect(take(place).state).toBe("unavailable");
  expect(readdirSync(place.folder)).not.toContain("elsewhere");
  using other = plainPlace("");
  const lock = take(other);
  expect(statSync(join(other.folder, lockName)).mode & 0o777).toBe(0o600);
  if (lock.state === "held") await lock[Symbol.asyncDispose]();
});

test("a folder that is not there is trouble that may pass", async () => {
  using place = plainPlace("");
  const lock = takeLock({
    ...place,
    path: join(place.folder, "no", "hosts"),
    holder: { pid: 1, since: 0, what: "x" },
  });
  expect(lock).toMatchObject({ state: "unavailable", trouble: { code: "hosts-file-lock-unavailable" } });
});
