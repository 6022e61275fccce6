/** A hard link is named with a command that makes a symbolic link of it. */
import { execFileSync } from "node:child_process";
import { linkSync, lstatSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { hostsFileOf } from "../../../test/support/hosts-file-facts.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { hostsFileLinks, judgeLinks } from "./hosts-file-links.ts";
import { lookAtHostsFile } from "../looks/hosts-file.ts";

const noProgram = { ok: false, output: "" } as never;

test("one name is well, more are named with their number", () => {
  expect(judgeLinks(hostsFileOf({ links: 1 }))).toMatchObject({ grade: "ok" });
  expect(judgeLinks(hostsFileOf({ links: 2 }))).toMatchObject({
    grade: "warning",
    code: "hosts-file-linked",
    message: "/etc/hosts has another name (a hard link): the next change leaves the old lines there.",
  });
  expect(judgeLinks(hostsFileOf({ links: 4 }))).toMatchObject({ message: expect.stringContaining("3 other names") });
});

test("a real hard link: the command makes a symbolic link of it, and then all is well", async () => {
  using folder = temporaryFolder();
  const [path, other] = [join(folder.path, "hosts"), join(folder.path, "other name")];
  writeFileSync(path, "127.0.0.1 localhost\n");
  linkSync(path, other);
  const look = () =>
    lookAtHostsFile(bareDesktop({ hostsFile: path, readFile: async () => undefined, run: async () => noProgram }));
  const file = await look();
  const finding = judgeLinks({ ...file, mount: { point: folder.path, readOnly: undefined, isOrphaned: false } });
  const command = finding.grade === "ok" ? undefined : finding.command;
  execFileSync("sh", ["-c", command?.replace(/^sudo /, "") ?? ""]);
  expect(readlinkSync(other)).toBe(path);
  expect([lstatSync(path).isFile(), readFileSync(other, "utf8")]).toEqual([true, "127.0.0.1 localhost\n"]);
  const found = await hostsFileLinks.run(bareDesktop({ once: async () => (await look()) as never }));
  expect(found).toMatchObject([{ grade: "ok" }]);
});
