/** The notices have the licence of every package in the bundles, which name the files that they were made of. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { noticesName, renderNotices } from "../scripts/notices.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");

/** Folders of packages in the comments that esbuild writes before the text of each file. */
function bundledFolders(): readonly string[] {
  const scripts = readdirSync(dist).filter((name) => name.endsWith(".js"));
  const found = scripts.flatMap((name) =>
    [
      ...readFileSync(join(dist, name), "utf8").matchAll(/^ *\/\/ ((?:\S+\/)?node_modules\/(?:@[^/\s]+\/)?[^/\s]+)/gm),
    ].map(([, folder = ""]) => folder),
  );
  return [...new Set(found)];
}

test("each bundled package is in the notices, with its version and the whole text of its licence", () => {
  const notices = readFileSync(join(dist, noticesName), "utf8");
  const folders = bundledFolders();
  expect(folders).toContain("node_modules/hono");
  for (const folder of folders) {
    const { name, version } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as {
      readonly name: string;
      readonly version: string;
    };
    expect(notices).toContain(`\n${name} ${version}`);
    if (folder === "node_modules/@bufbuild/protobuf") {
      // It has no file of its licence, but says in a file what holds besides the Apache License.
      expect(notices).toContain("Copyright 2008 Google Inc.");
      continue;
    }
    const licence = readdirSync(join(root, folder)).find((file) => /^(?:un)?licen[cs]e/i.test(file));
    expect([folder, typeof licence]).toEqual([folder, "string"]);
    expect(notices).toContain(readFileSync(join(root, folder, licence ?? ""), "utf8").trim());
  }
});

test("a folder that is not a package has no part", () => {
  expect(renderNotices(["src/cli/main.ts"])).toBe(renderNotices([]));
});

test("a package without a licence ends the build", () => {
  using folder = temporaryFolder();
  const inside = join(folder.path, "node_modules/free");
  mkdirSync(inside, { recursive: true });
  writeFileSync(join(inside, "package.json"), '{ "name": "free", "version": "1.0.0" }');
  const input = relative(root, join(inside, "index.js"));
  expect(() => renderNotices([input])).toThrow(/free has no file of its licence/);
  writeFileSync(join(inside, "LICENSE"), "Do as you like.");
  expect(renderNotices([input])).toMatch(/free 1\.0\.0\n\nDo as you like\.\n/);
});
