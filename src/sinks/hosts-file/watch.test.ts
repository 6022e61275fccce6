/** Proves that a change of the file is told however it is made, and that other files are not. */
import { appendFileSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { plainPlace } from "../../../test/support/hosts-place.ts";
import { watchHostsFile } from "./watch.ts";

test("a replacement is told each time, not only the first", async () => {
  using place = plainPlace("0");
  let looks = 0;
  using watch = watchHostsFile({
    realPath: place.path,
    path: place.path,
    onPossibleChange: () => (looks += 1),
    pollInterval: 3_600_000,
  });
  expect(watch).toBeDefined();
  for (let count = 1; count <= 4; count += 1) {
    const before = looks;
    writeFileSync(join(place.folder, "other"), `${count}`);
    renameSync(join(place.folder, "other"), place.path);
    await expect.poll(() => looks).toBeGreaterThan(before);
  }
  const before = looks;
  appendFileSync(place.path, "x");
  await expect.poll(() => looks).toBeGreaterThan(before);
});

test("a burst of events is few looks, and other files are none", async () => {
  using place = plainPlace("0");
  let looks = 0;
  using watch = watchHostsFile({
    realPath: place.path,
    path: place.path,
    onPossibleChange: () => (looks += 1),
    pollInterval: 3_600_000,
  });
  expect(watch).toBeDefined();
  for (let count = 0; count < 50; count += 1) writeFileSync(join(place.folder, `other${count}`), "x");
  await wait(100);
  expect(looks).toBe(0);
  for (let count = 0; count < 50; count += 1) appendFileSync(place.path, "x");
  await expect.poll(() => looks).toBeGreaterThan(0);
  expect(looks).toBeLessThan(25);
});

test("what the folder does not tell is seen by the poll: a link that is led elsewhere", async () => {
  using place = plainPlace("0");
  using other = plainPlace("another content");
  const link = join(other.folder, "link");
  symlinkSync(place.path, link);
  let looks = 0;
  using watch = watchHostsFile({
    realPath: place.path,
    path: link,
    onPossibleChange: () => (looks += 1),
    pollInterval: 50,
  });
  expect(watch).toBeDefined();
  await wait(100);
  unlinkSync(link);
  symlinkSync(other.path, link);
  await expect.poll(() => looks).toBeGreaterThan(0);
});

test("a folder that cannot be watched is polled", async () => {
  using place = plainPlace("0");
  let looks = 0;
  const realPath = join(place.folder, "no-such-folder", "hosts");
  using watch = watchHostsFile({ realPath, path: place.path, onPossibleChange: () => (looks += 1), pollInterval: 250 });
  expect(watch).toBeDefined();
  await wait(100);
  appendFileSync(place.path, "x");
  await expect.poll(() => looks).toBeGreaterThan(0);
});

test("nothing is told after the end", async () => {
  using place = plainPlace("0");
  let looks = 0;
  const watch = watchHostsFile({
    realPath: place.path,
    path: place.path,
    onPossibleChange: () => (looks += 1),
    pollInterval: 20,
  });
  appendFileSync(place.path, "x");
  watch[Symbol.dispose]();
  await wait(150);
  expect(looks).toBe(0);
});
