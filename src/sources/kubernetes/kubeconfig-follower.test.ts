/** Kubeconfigs are followed as kubectl, kind and k3d write them, and half of one takes nothing away. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { followKubeconfigs } from "./kubeconfig-follower.ts";

/** As kubectl writes it: keys in the order of the alphabet, so that the users come last. */
function text(...names: readonly string[]): string {
  const clusters = names.map((name) => `- cluster:\n    server: https://127.0.0.1:6443\n  name: ${name}\n`);
  const contexts = names.map((name) => `- context:\n    cluster: ${name}\n    user: ${name}\n  name: ${name}\n`);
  const users = names.map((name) => `- name: ${name}\n  user:\n    token: secret\n`);
  return `apiVersion: v1\nclusters:\n${clusters.join("")}contexts:\n${contexts.join("")}kind: Config\nusers:\n${users.join("")}`;
}

interface Scene extends AsyncDisposable {
  /** The contexts at each change. */
  readonly seen: readonly string[];
  readonly unreadable: readonly string[];
}

function follow(...paths: readonly string[]): Scene {
  const stop = new AbortController();
  const [seen, unreadable]: [string[], string[]] = [[], []];
  const running = followKubeconfigs({
    paths,
    signal: stop.signal,
    onChange: ({ contexts }) => void seen.push([...contexts.keys()].join()),
    onUnreadable: (path) => void unreadable.push(path),
  });
  return {
    seen,
    unreadable,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
    },
  };
}

test("a file that comes, changes in place, is replaced by a rename, and goes", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "config");
  await using scene = follow(path);
  await expect.poll(() => scene.seen).toEqual([""]);
  writeFileSync(path, text("a"));
  await expect.poll(() => scene.seen.slice(1)).toEqual(["a"]);
  writeFileSync(path, text("a", "b"));
  await expect.poll(() => scene.seen.slice(2)).toEqual(["a,b"]);
  writeFileSync(`${path}.new`, text("a", "b", "c"));
  renameSync(`${path}.new`, path);
  await expect.poll(() => scene.seen.slice(3)).toEqual(["a,b,c"]);
  writeFileSync(path, text("a"));
  await expect.poll(() => scene.seen.slice(4)).toEqual(["a"]);
  rmSync(path);
  await expect.poll(() => scene.seen.slice(5)).toEqual([""]);
});

test("a folder that is not there yet, and a second file beside the first", async () => {
  using folder = temporaryFolder();
  const [one, two] = [join(folder.path, "one"), join(folder.path, "below", "two")];
  writeFileSync(one, text("a"));
  await using scene = follow(one, two);
  await expect.poll(() => scene.seen).toEqual(["a"]);
  mkdirSync(join(folder.path, "below"));
  writeFileSync(two, text("b"));
  await expect.poll(() => scene.seen.at(-1)).toBe("a,b");
});

test("a file that is torn at any place for a moment loses no context", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "config");
  const whole = text("a", "b");
  writeFileSync(path, whole);
  await using scene = follow(path);
  await expect.poll(() => scene.seen).toEqual(["a,b"]);
  for (let share = 0; share < 8; share++) {
    writeFileSync(path, whole.slice(0, Math.floor((whole.length * share) / 8)));
    await sleep(50);
    writeFileSync(path, whole);
    await sleep(100);
  }
  await sleep(1_000);
  expect(scene.seen).toEqual(["a,b"]);
});

test("a file that stays broken is reported, and what was known still counts", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "config");
  writeFileSync(path, text("a"));
  await using scene = follow(path);
  await expect.poll(() => scene.seen).toEqual(["a"]);
  writeFileSync(path, "{{{");
  await expect.poll(() => scene.unreadable).toContain(path);
  expect(scene.seen).toEqual(["a"]);
});
