/** Half-written copies of a killed process are told apart from those of a write that is under way. */
import { utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { leftovers } from "./leftovers.ts";

function look(folder: string) {
  const file = { real: join(folder, "hosts"), folder: { path: folder } };
  return leftovers.run(bareDesktop({ once: async () => file as never }));
}

test("old ones are named, young ones and others' files are not", async () => {
  using folder = temporaryFolder();
  const put = (name: string, minutes: number): void => {
    const path = join(folder.path, name);
    writeFileSync(path, "");
    const at = Date.now() / 1000 - minutes * 60;
    utimesSync(path, at, at);
  };
  put(".hosts.hostsfile-server.7.b.tmp", 0);
  put(".hosts.other.1.tmp", 9);
  put("hosts", 9);
  expect(await look(folder.path)).toMatchObject([{ grade: "ok" }]);
  put(".hosts.hostsfile-server.7.a.tmp", 9);
  expect(await look(folder.path)).toMatchObject([
    {
      grade: "note",
      code: "hosts-file-leftover",
      fix: { commands: [["rm", "-f", "--", join(folder.path, ".hosts.hostsfile-server.7.a.tmp")]] },
    },
  ]);
});
