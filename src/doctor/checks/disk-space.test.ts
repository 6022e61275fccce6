/** Too little room is a problem before a write fails. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { diskSpace, judgeSpace } from "./disk-space.ts";

const place = { what: "/etc/hosts anew", folder: "/my etc", needed: 20_000, code: "hosts-file-disk-full" };

test.each([{ free: undefined }, { free: 20_000 }])("$free bytes are enough for 20,000", ({ free }) => {
  expect(judgeSpace(place, free)).toMatchObject({ grade: "ok" });
});

test("too few bytes are told, with what fills the disk", () => {
  expect(judgeSpace(place, 19_999)).toEqual({
    grade: "problem",
    code: "hosts-file-disk-full",
    message: "/my etc has 20 KiB free, and to write /etc/hosts anew takes 20 KiB.",
    hint: "Make room. This shows what is large there:",
    command: String.raw`sudo sh -c 'du -axk '\''/my etc'\'' | sort -n | tail'`,
  });
});

test("a state folder that is not there yet hinders nobody", async () => {
  using folder = temporaryFolder();
  const desktop = bareDesktop({
    hostsFile: join(folder.path, "hosts"),
    stateFolder: join(folder.path, "state"),
    readFile: async () => undefined,
    run: async () => ({ ok: false, output: "", complaint: "", isMissing: true }),
  });
  expect(await diskSpace.run(desktop)).toMatchObject([{ grade: "ok" }]);
});
