/** The steps on this machine, on a real file. */
import { readFile } from "node:fs/promises";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { renderHostsFile } from "../../sinks/hosts-file/document/document.ts";
import { runProgram } from "../../base/process.ts";
import { addressesOf, inFile, resolved } from "./trace-file.ts";

const name = "foo.dtk.io";

function desktop(hostsFile: string, text: string) {
  writeFileSync(hostsFile, text);
  return bareDesktop({
    hostsFile,
    status: async () => undefined,
    run: runProgram,
    readFile: async (path) => readFile(path),
  });
}

test("a name with its addresses, and one without a line", async () => {
  using folder = temporaryFolder();
  const rendering = renderHostsFile({ text: "", wanted: [{ name, addresses: ["10.0.0.1", "fd00::1"] }] });
  const here = desktop(join(folder.path, "hosts"), rendering.kind === "changed" ? rendering.text : "");
  expect(await addressesOf(here, name)).toEqual(["10.0.0.1", "fd00::1"]);
  expect(await inFile(here, name)).toMatchObject([{ grade: "ok" }]);
  expect(await inFile(here, "bar.dtk.io")).toMatchObject([{ grade: "problem", code: "name-not-in-file" }]);
});

test("a scratch file is where a trace ends, without being at fault", async () => {
  using folder = temporaryFolder();
  const found = await resolved(desktop(join(folder.path, "hosts"), ""), name);
  expect(found).toMatchObject([{ grade: "note", code: "hosts-file-not-resolvers", isDeadEnd: true }]);
});
