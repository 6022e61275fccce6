/** A copy of the program has all of it: every part of the bundle, the Node that runs it, and both commands. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { linux } from "../platform/linux.ts";
import { addonName } from "../platform/kernel-calls.ts";
import type { Item } from "./item.ts";
import { programToInstall } from "./program.ts";

const { places } = linux;

/** What is installed of a bundle with these files. */
function programOf(files: readonly string[], executable = "/opt/node/bin/node") {
  using bundle = temporaryFolder();
  mkdirSync(join(bundle.path, ".compiled"));
  for (const name of files) writeFileSync(join(bundle.path, name), "");
  return { bundle: bundle.path, ...programToInstall({ executable, bundle: bundle.path }, places) };
}

function itemAt(items: readonly Item[], name: string): Item | undefined {
  return items.find(({ path }) => path === join(places.programFolder, name));
}

describe("a checkout", () => {
  const files = ["hostsfile-server.js", "dtk.js", "chunk-A.js", addonName, "THIRD-PARTY-NOTICES.txt"];

  test("is copied with its Node, part by part, and nothing that is not run", () => {
    const { bundle, items, command, hasAddon } = programOf(files);
    const copied = items.flatMap((item) =>
      item.kind === "file" && typeof item.content === "object" && "from" in item.content ? [item.content.from] : [],
    );
    expect(copied.toSorted()).toEqual(
      ["/opt/node/bin/node", ...files.slice(0, 4).map((name) => join(bundle, name))].toSorted(),
    );
    expect(command).toEqual([join(places.programFolder, "node"), join(places.programFolder, "hostsfile-server.js")]);
    expect(hasAddon).toBe(true);
  });

  test("whose part for the kernel was not compiled runs without it", () => {
    expect(programOf(["hostsfile-server.js", "dtk.js"]).hasAddon).toBe(false);
  });

  test("says that its files are modules, which the parent folders of the copy do not", () => {
    expect(itemAt(programOf(files).items, "package.json")).toMatchObject({ content: '{ "type": "module" }\n' });
  });

  test.each(["hostsfile-server", "dtk"])("%s starts the copy with its own Node, and is on the PATH", (name) => {
    const { items } = programOf(files);
    const own = join(places.programFolder, name);
    expect(itemAt(items, name)).toMatchObject({
      mode: 0o755,
      content: `#!/bin/sh\nexec ${join(places.programFolder, "node")} ${own}.js "$@"\n`,
    });
    expect(items).toContainEqual({ kind: "link", path: join(places.commandFolder, name), target: own });
  });

  test("belongs to root, and only root may change it", () => {
    for (const item of programOf(files).items) {
      if (item.kind !== "file") continue;
      expect([item.path, item.owner, item.mode & 0o022]).toEqual([item.path, places.owner, 0]);
    }
  });
});

test("a package has put its files there, so nothing is copied", () => {
  const { items, command } = programOf(["hostsfile-server.js"], join(places.packagedFolder, "node"));
  expect([items, command]).toEqual([[], undefined]);
});
