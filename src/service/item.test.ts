import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { type Item, compareItem, putItem } from "./item.ts";

const owner = { user: process.getuid?.() ?? 0, group: process.getgid?.() ?? 0 };

describe("an item on the disk", () => {
  test.each<[string, (path: string) => Item]>([
    ["a file", (path) => ({ kind: "file", path, content: "text\n", mode: 0o640, owner })],
    ["a copied file", (path) => ({ kind: "file", path, content: { from: process.execPath }, mode: 0o755, owner })],
    ["a link", (path) => ({ kind: "link", path, target: "/nowhere" })],
    ["a folder", (path) => ({ kind: "folder", path })],
  ])("%s is missing, is put, and is the same then", async (_, make) => {
    using folder = temporaryFolder();
    const item = make(join(folder.path, "in", "place"));
    expect(await compareItem(item)).toBe("missing");
    await putItem(item);
    expect(await compareItem(item)).toBe("same");
    await putItem(item);
    expect(await compareItem(item)).toBe("same");
    expect(readdirSync(join(folder.path, "in"))).toEqual(["place"]);
  });

  test("text, mode and kind make a difference", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "file");
    const item: Item = { kind: "file", path, content: "text\n", mode: 0o644, owner };
    await putItem(item);
    expect(await compareItem({ ...item, content: "other\n" })).toBe("different");
    chmodSync(path, 0o666);
    expect(await compareItem(item)).toBe("different");
    await putItem(item);
    expect(lstatSync(path).mode & 0o777).toBe(0o644);
    expect(await compareItem({ kind: "folder", path })).toBe("different");
    expect(await compareItem({ kind: "link", path, target: "/x" })).toBe("foreign");
  });

  test("a link in the way is replaced and not followed", async () => {
    using folder = temporaryFolder();
    const [path, elsewhere] = [join(folder.path, "file"), join(folder.path, "elsewhere")];
    writeFileSync(elsewhere, "untouched");
    symlinkSync(elsewhere, path);
    await putItem({ kind: "file", path, content: "text", mode: 0o600, owner });
    expect(readFileSync(elsewhere, "utf8")).toBe("untouched");
    expect(lstatSync(path).isSymbolicLink()).toBe(false);
    await putItem({ kind: "link", path, target: elsewhere });
    expect(readlinkSync(path)).toBe(elsewhere);
  });

  test("a link of the same folder is an older one of ours, anything else is foreign", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "dtk");
    const item: Item = { kind: "link", path, target: "/usr/local/lib/hostsfile-server/dtk" };
    symlinkSync("/usr/local/lib/hostsfile-server/old", path);
    expect(await compareItem(item)).toBe("different");
    await putItem({ ...item, target: "../lib/node_modules/hostsfile-server/dist/dtk.js" });
    expect(await compareItem(item)).toBe("foreign");
    await putItem({ kind: "file", path, content: "#!/bin/sh\n", mode: 0o755, owner });
    expect(await compareItem(item)).toBe("foreign");
  });

  test("what cannot be written leaves no half file", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "file");
    mkdirSync(path);
    writeFileSync(join(path, "child"), "");
    await expect(putItem({ kind: "file", path, content: "text", mode: 0o600, owner })).rejects.toThrow("EISDIR");
    expect(readdirSync(folder.path)).toEqual(["file"]);
  });
});
