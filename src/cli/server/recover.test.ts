/** What `recover` says it found and did, for a folder in each state. */
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runHere, startHere } from "../../../test/support/here.ts";
import { ingressEndpoint, postRecords } from "../../../test/support/http.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";

/** A state folder in which these names are saved. */
async function savedFolder(...names: readonly string[]) {
  const folder = temporaryFolder();
  const [hostsFile, stateFolder] = [join(folder.path, "hosts"), join(folder.path, "state")];
  writeFileSync(hostsFile, "127.0.0.1 localhost\n");
  const flags = [`--hosts-file=${hostsFile}`, `--state-dir=${stateFolder}`];
  const start = () => startHere(["--domains=dtk.io", "--cluster-ip=192.0.2.1", ...flags]);
  {
    await using server = await start();
    if (names.length > 0) await postRecords(server.url, { create: names.map((name) => ingressEndpoint(name)) });
  }
  return { stateFolder, start, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

const recover = (stateFolder: string, ...flags: readonly string[]) =>
  runHere(["recover", `--state-dir=${stateFolder}`, ...flags]);

describe("without damage", () => {
  test.each([
    [["foo.dtk.io"], "1 record can be read"],
    [["bar.dtk.io", "foo.dtk.io"], "2 records can be read"],
    [[], "0 records can be read"],
  ])("%j are counted and kept", async (names, words) => {
    using folder = await savedFolder(...names);
    const { exitCode, output } = await recover(folder.stateFolder);
    expect(exitCode).toBe(0);
    expect(output).toContain(`Nothing to recover from damage: ${words} in ${folder.stateFolder}.\n`);
    expect(output).not.toContain("Started afresh");
  });

  test("and while a server uses them, nothing is touched", async () => {
    using folder = await savedFolder("foo.dtk.io");
    await using server = await folder.start();
    expect(await recover(folder.stateFolder)).toEqual({
      exitCode: 0,
      output: `Nothing to recover: a server uses the saved records in ${folder.stateFolder}.\n`,
      talk: "",
    });
    expect(server.log.filter(({ level }) => level >= 50)).toEqual([]);
  });
});

describe("with damage", () => {
  test("it says what is lost, how to set it again, and where the damaged records are", async () => {
    using folder = await savedFolder("foo.dtk.io");
    writeFileSync(join(folder.stateFolder, "records.sqlite"), "not a database at all, however long one reads on in it");
    const { exitCode, output } = await recover(folder.stateFolder);
    expect(exitCode).toBe(0);
    expect(output).toContain(`Started afresh in ${folder.stateFolder}.`);
    expect(output).toContain("set them again with curl or dtk");
    const copies = /^The damaged records are kept: (.*)$/m.exec(output)?.[1]?.split(", ") ?? [];
    expect(copies.length).toBeGreaterThan(0);
    for (const copy of copies) expect(existsSync(copy)).toBe(true);
    expect((await recover(folder.stateFolder)).output).toContain("0 records can be read");
  });

  test("nothing is printed with --quiet, and it is done all the same", async () => {
    using folder = await savedFolder("foo.dtk.io");
    writeFileSync(join(folder.stateFolder, "records.sqlite"), "rubbish");
    expect(await recover(folder.stateFolder, "--quiet")).toEqual({ exitCode: 0, output: "", talk: "" });
    expect(readdirSync(folder.stateFolder).filter((name) => name.includes("damaged"))).not.toEqual([]);
  });
});

test("a state folder that is a file is one sentence that names it, and exit 3", async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, "state");
  writeFileSync(file, "");
  const { exitCode, output, talk } = await recover(file);
  expect([exitCode, output]).toEqual([3, ""]);
  expect(talk).toContain(file);
  expect(talk).not.toMatch(/^\s+at /m);
});
