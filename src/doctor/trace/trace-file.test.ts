/** The steps on this machine, on a real file. */
import { readFile } from "node:fs/promises";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { renderHostsFile } from "../../sinks/hosts-file/document/document.ts";
import { runProgram } from "../../base/process.ts";
import { resolverOf } from "../../../test/support/status.ts";
import { addressesOf, inFile, judgeThroughResolver, resolved } from "./trace-file.ts";

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
  const rendering = renderHostsFile({ text: "", wanted: [{ name, addresses: ["10.0.0.1"] }] });
  const text = rendering.kind === "changed" ? rendering.text : "";
  const found = await resolved(desktop(join(folder.path, "hosts"), text), name);
  expect(found).toMatchObject([{ grade: "note", code: "hosts-file-not-resolvers", isDeadEnd: true }]);
});

test.each([
  [["10.0.0.1"], resolverOf(), { grade: "ok", message: expect.stringContaining("systemd-resolved 258") }],
  [[], resolverOf(), { code: "name-unresolved", command: "hostsfile-server doctor" }],
  [["10.0.0.9"], resolverOf(), { code: "name-resolves-elsewhere" }],
  [[], undefined, { code: "name-unresolved", command: "sudo hostsfile-server install --resolver=auto" }],
  [[], resolverOf({ way: "none" }), { command: "sudo hostsfile-server install --resolver=auto" }],
])("a name that only the server knows, found with %j", (found, resolver, expected) => {
  expect(judgeThroughResolver({ name, shown: ["10.0.0.1"], found, resolver })).toMatchObject(expected);
});
