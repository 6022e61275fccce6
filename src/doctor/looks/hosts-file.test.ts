/** The look at real files of every kind. */
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { runProgram } from "../../base/process.ts";
import { freeSpace, lookAtHostsFile } from "./hosts-file.ts";

function look(hostsFile: string) {
  return lookAtHostsFile(bareDesktop({ hostsFile, run: runProgram, readFile: async (path) => readFile(path) }));
}

test("a file, with its bytes as they are", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "hosts");
  writeFileSync(path, Buffer.from([0x61, 0xff, 0x0a]), { mode: 0o640 });
  chmodSync(path, 0o640);
  const owner = process.geteuid?.() ?? 0;
  expect(await look(path)).toMatchObject({
    kind: "file",
    isLink: false,
    real: path,
    mode: 0o640,
    owner,
    text: "a\u00ff\n",
  });
  expect((await look(path)).mount?.point).toMatch(/^\//);
  expect((await look(path)).folder).toMatchObject({ path: folder.path, mode: 0o700 });
});

test("a link, to a file and to nothing", async () => {
  using folder = temporaryFolder();
  const [link, target] = [join(folder.path, "hosts"), join(folder.path, "target")];
  writeFileSync(target, "");
  symlinkSync(target, link);
  expect(await look(link)).toMatchObject({ kind: "file", isLink: true, real: target });
  rmSync(target);
  expect(await look(link)).toMatchObject({ kind: "dangling", isLink: true, text: undefined });
});

test("nothing, and a folder", async () => {
  using folder = temporaryFolder();
  expect(await look(join(folder.path, "none"))).toMatchObject({ kind: "missing", text: undefined, attributes: "" });
  mkdirSync(join(folder.path, "folder"));
  expect(await look(join(folder.path, "folder"))).toMatchObject({ kind: "other", text: undefined });
});

test("free space of a folder, unknown where there is none", async () => {
  using folder = temporaryFolder();
  expect(await freeSpace(folder.path)).toBeGreaterThan(0);
  expect(await freeSpace(join(folder.path, "none"))).toBeUndefined();
});
