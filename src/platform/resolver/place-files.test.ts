/** Files of ours come and go; what others wrote or changed stays. */
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { ownFile } from "./own-file.ts";
import { placeFiles } from "./place-files.ts";

test("written, written anew, and removed, with the folder that was made for it", async () => {
  using place = temporaryFolder();
  const path = join(place.path, "dns-delegate.d", "ours.conf");
  const [one, other] = [ownFile(path, ["a"]), ownFile(path, ["b"])];
  expect(await placeFiles([path], [one])).toEqual({ changed: [path], rewritten: [], foreign: [] });
  expect(await placeFiles([path], [one])).toEqual({ changed: [], rewritten: [], foreign: [] });
  expect(await placeFiles([path], [other])).toEqual({ changed: [path], rewritten: [path], foreign: [] });
  expect(readFileSync(path, "utf8")).toBe(other.content);
  expect(readdirSync(join(place.path, "dns-delegate.d"))).toEqual(["ours.conf"]);
  expect(await placeFiles([path], [])).toEqual({ changed: [path], rewritten: [], foreign: [] });
  expect(readdirSync(place.path)).toEqual([]);
});

test("a folder with files of others stays, and so does one that packages have", async () => {
  using place = temporaryFolder();
  const paths = ["resolved.conf.d", "dnsmasq.d"].map((folder) => join(place.path, folder, "ours.conf"));
  await placeFiles(
    paths,
    paths.map((path) => ownFile(path, ["a"])),
  );
  writeFileSync(join(place.path, "resolved.conf.d", "mine.conf"), "");
  await placeFiles(paths, []);
  expect(readdirSync(join(place.path, "resolved.conf.d"))).toEqual(["mine.conf"]);
  expect(readdirSync(join(place.path, "dnsmasq.d"))).toEqual([]);
});

test("a file that somebody changed or wrote stays, whether it is wanted or not", async () => {
  using place = temporaryFolder();
  const path = join(place.path, "ours.conf");
  for (const text of [`${ownFile(path, ["a"]).content}more\n`, "theirs\n"]) {
    writeFileSync(path, text);
    expect(await placeFiles([path], [ownFile(path, ["b"])])).toEqual({ changed: [], rewritten: [], foreign: [path] });
    expect(await placeFiles([path], [])).toEqual({ changed: [], rewritten: [], foreign: [path] });
    expect(readFileSync(path, "utf8")).toBe(text);
  }
});

test("resolvers, which run as users of their own, can read it whatever this process keeps for itself", async () => {
  using place = temporaryFolder();
  const before = process.umask(0o077);
  try {
    const path = join(place.path, "made", "dns-delegate.d", "ours.conf");
    await placeFiles([path], [ownFile(path, ["a"])]);
    expect(statSync(path).mode & 0o777).toBe(0o644);
    for (const folder of [join(place.path, "made"), join(place.path, "made", "dns-delegate.d")])
      expect(statSync(folder).mode & 0o777).toBe(0o755);
  } finally {
    process.umask(before);
  }
});

test("a folder that is there keeps its mode", async () => {
  using place = temporaryFolder();
  const folder = join(place.path, "kept");
  mkdirSync(folder);
  chmodSync(folder, 0o750);
  await placeFiles([join(folder, "x")], [ownFile(join(folder, "x"), [])]);
  expect(statSync(folder).mode & 0o777).toBe(0o750);
  expect(existsSync(join(folder, "x"))).toBe(true);
});
