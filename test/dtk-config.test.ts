/** dtk as a user runs it: config init, config show, and a configuration that is wrong; with real files and exit codes. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runHere } from "./support/here.ts";
import { type RunOptions, runProduct } from "./support/product.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const nobody = 65_534;

/** Runs dtk in a folder. */
async function dtk(folder: string, line: string, options: RunOptions = {}) {
  const words = line.split(" ").filter((word) => word !== "");
  const run = options.uid === undefined ? runHere : runProduct;
  return run(words, { ...options, program: "dtk", folder });
}

describe("config init", () => {
  test("writes a configuration that holds as it is, and never a second time", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "config.yaml");
    const first = await dtk(folder.path, "config init");
    expect(first).toMatchObject({ exitCode: 0, talk: "", output: expect.stringContaining("config.yaml is written.") });
    expect((await dtk(folder.path, "config show")).exitCode).toBe(0);
    writeFileSync(path, "mine");
    const second = await dtk(folder.path, "config init");
    expect(second).toMatchObject({ exitCode: 0, output: expect.stringContaining("already there") });
    expect(readFileSync(path, "utf8")).toBe("mine");
  });

  test("writes where it is told, and nothing but failures when quiet", async () => {
    using folder = temporaryFolder();
    const { output, exitCode } = await dtk(folder.path, "config init --config kind-a.yaml --quiet");
    expect([output, exitCode]).toEqual(["", 0]);
    expect(existsSync(join(folder.path, "kind-a.yaml"))).toBe(true);
    expect(existsSync(join(folder.path, "config.yaml"))).toBe(false);
  });

  test("a folder that is not there is one sentence with the way out, and exit 3", async () => {
    using folder = temporaryFolder();
    const { exitCode, talk } = await dtk(folder.path, "config init --config nowhere/config.yaml");
    expect(talk).toMatch(/^dtk: nowhere\/config\.yaml cannot be written: .*\n {2}.*--config\.\n$/);
    expect(exitCode).toBe(3);
  });
});

describe("config show", () => {
  const text =
    "dns:\n  domain: dtk.io,my.io\n  webhook-port: 5001\n  token-file: token\naddons: [external-dns, cilium]\n";

  test("says what holds and where it came from: flag, environment, file, default", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "config.yaml"), text);
    const environment = { DTK_CLUSTER_IP: "192.0.2.7", DTK_CLUSTER: "kind-b" };
    const { output, exitCode } = await dtk(folder.path, "config show --cluster kind-a", { environment });
    const rows = output.split("\n").map((line) => line.trim().split(/ {2,}/));
    expect(rows).toEqual(
      expect.arrayContaining([
        ["dns.domain", "config.yaml:2:11", "dtk.io,my.io"],
        ["dns.webhook-port", "config.yaml:3:17", "5001"],
        ["dns.cluster", "--cluster", "kind-a"],
        ["dns.cluster-ip", "DTK_CLUSTER_IP", "192.0.2.7"],
        ["dns.targets", "default", "auto"],
      ]),
    );
    expect(output).toContain("Enabled add-ons: external-dns, cilium\n");
    expect(exitCode).toBe(0);
  });

  test("as JSON", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "config.yaml"), text);
    const { output } = await dtk(folder.path, "config show --json");
    expect(JSON.parse(output)).toMatchObject({
      path: "config.yaml",
      values: expect.arrayContaining([
        { key: "dns.domain", value: ["dtk.io", "my.io"], origin: "config.yaml:2:11" },
        { key: "dns.host-ip", value: null, origin: "default" },
      ]),
      addons: [
        { name: "external-dns", isEnabled: true },
        { name: "cilium", isEnabled: true },
      ],
    });
  });

  test("names the token's file and never what is in it", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "config.yaml"), text);
    writeFileSync(join(folder.path, "token"), "an-admin-token-of-some-length");
    for (const line of ["config show", "config show --json"]) {
      const { output, talk } = await dtk(folder.path, line);
      expect(output).toContain(join(folder.path, "token"));
      expect(output + talk).not.toContain("an-admin-token");
    }
  });

  test("without a configuration it says how to make one, and exit 2", async () => {
    using folder = temporaryFolder();
    expect(await dtk(folder.path, "config show")).toMatchObject({
      exitCode: 2,
      output: "",
      talk: "dtk: There is no config.yaml here.\n  Name yours with --config, or make one: dtk config init\n",
    });
    expect((await dtk(folder.path, "config show --config a.yaml")).talk).toContain("dtk config init --config=a.yaml");
  });

  test("every problem is shown at once with its place, and exit 2", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "config.yaml"), "dns:\n  webhook-port: many\n  targets: both\n");
    const { exitCode, talk } = await dtk(folder.path, "config show");
    expect(talk).toMatch(
      /3 problems\.\nconfig\.yaml:2:3: .*missing.*\n[\s\S]*2:17: [\s\S]*3:12: [\s\S]*\^\n {2}Correct/,
    );
    expect(exitCode).toBe(2);
    const asJSON = await dtk(folder.path, "config show --json");
    expect(JSON.parse(asJSON.output)).toMatchObject({ code: "configuration-wrong" });
  });

  test.skipIf(process.geteuid?.() !== 0)("a file that may not be read is exit 3 (as root: run as nobody)", async () => {
    using folder = temporaryFolder();
    chmodSync(folder.path, 0o755);
    writeFileSync(join(folder.path, "config.yaml"), text, { mode: 0o600 });
    const { exitCode, talk } = await dtk(folder.path, "config show", { uid: nobody });
    expect(talk).toMatch(/config\.yaml cannot be read: .*permission/);
    expect(exitCode).toBe(3);
  });
});

describe("help", () => {
  test.each(["--help", "config --help", "config init --help", "config show --help"])(
    "%s fits 80 columns and exits 0",
    async (line) => {
      using folder = temporaryFolder();
      const { exitCode, output } = await dtk(folder.path, line);
      expect(exitCode).toBe(0);
      expect(output.split("\n").filter((row) => row.length > 80 && !row.startsWith("  $ "))).toEqual([]);
    },
  );

  test("the version is the manifest's", async () => {
    using folder = temporaryFolder();
    const { version }: { version: string } = JSON.parse(readFileSync("package.json", "utf8"));
    expect((await dtk(folder.path, "--version")).output).toBe(`${version}\n`);
  });
});
