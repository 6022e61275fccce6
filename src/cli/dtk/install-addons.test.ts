/** `dtk install-addons` installs what it knows and says what it leaves to DTK. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runHere } from "../../../test/support/here.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";

async function install(addons: string, ...flags: readonly string[]) {
  return installWith(`addons: ${addons}`, ...flags);
}

async function installWith(lines: string, ...flags: readonly string[]) {
  using folder = temporaryFolder();
  const path = join(folder.path, "config.yaml");
  writeFileSync(path, `kubeconfig: ${folder.path}/none\ndns:\n  domain: dtk.io\n${lines}\n`);
  return await runHere(["install-addons", `--config=${path}`, ...flags], { program: "dtk" });
}

test("what dtk does not know is left to DTK, each by its name, and nothing is installed", async () => {
  expect(await install("[cilium, metallb]")).toEqual({
    exitCode: 0,
    output: "",
    talk:
      "cilium is left to DTK, which knows it.\nmetallb is left to DTK, which knows it.\n" +
      "No add-on that dtk knows is enabled in the addons list.\n",
  });
});

test("told to be quiet it says nothing", async () => {
  expect(await install("[cilium]", "--quiet")).toEqual({ exitCode: 0, output: "", talk: "" });
});

test("an empty list installs nothing", async () => {
  expect((await install("[]")).talk).toBe("No add-on that dtk knows is enabled in the addons list.\n");
});

test("a cluster that is left to the watcher gets no ExternalDNS, and the command that feeds it is said", async () => {
  const lines = "  feed: watch\naddons: [external-dns, cilium]";
  expect(await installWith(lines)).toEqual({
    exitCode: 0,
    output: "",
    talk:
      "cilium is left to DTK, which knows it.\n" +
      "external-dns is not installed, since dns.feed is watch: the watcher feeds the cluster.\n" +
      "To start the watcher, without sudo: hostsfile-server watch --domains=dtk.io\n",
  });
  expect(await installWith(lines, "--quiet")).toEqual({ exitCode: 0, output: "", talk: "" });
});
