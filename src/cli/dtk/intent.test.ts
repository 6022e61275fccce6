/** Flags, environment and config.yaml become one intent; what is wrong in them is said before anything is done. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { readSettings } from "../setting.ts";
import { readIntent } from "./intent.ts";
import { chartSettings, clusterSettings, waitServerSetting } from "./settings.ts";

const settings = { ...clusterSettings, ...chartSettings, waitServer: waitServerSetting };

/** Reads an intent from a config.yaml of this text, in a folder of its own. */
function intentOf(
  text: string,
  flags: Readonly<Record<string, string | boolean | readonly string[]>> = {},
  environment: Readonly<Record<string, string>> = {},
) {
  using folder = temporaryFolder();
  const path = join(folder.path, "config.yaml");
  writeFileSync(path, text);
  writeFileSync(join(folder.path, "token"), "0123456789abcdef0123456789abcdef\n", { mode: 0o600 });
  const invocation = { program: "dtk", flags: { config: path, ...flags }, words: [], environment };
  const { given, sources } = readSettings(settings, invocation);
  return { folder: folder.path, ...readIntent(given, sources) };
}

const plain = "dns:\n  domain: dtk.io,my.io\naddons: [external-dns, cilium]\n";

describe("what config.yaml says", () => {
  test("is what is to be had, with defaults for the rest", () => {
    const { intent, configuration } = intentOf(plain);
    expect(intent).toMatchObject({
      domains: ["dtk.io", "my.io"],
      port: 5000,
      cluster: "default",
      clusterIPs: undefined,
      hostIP: undefined,
      isHostTyped: true,
      chart: { chart: undefined, version: undefined },
      valuesFiles: [],
      set: [],
      waitServer: false,
    });
    expect(configuration.addons.map(({ name }) => name)).toEqual(["external-dns", "cilium"]);
  });

  test("loses to the environment, which loses to a flag", () => {
    const text = plain.replace("addons", "  cluster: of-file\naddons");
    expect(intentOf(text).intent.cluster).toBe("of-file");
    expect(intentOf(text, {}, { DTK_CLUSTER: "of-environment" }).intent.cluster).toBe("of-environment");
    expect(intentOf(text, { cluster: "of-flag" }, { DTK_CLUSTER: "of-environment" }).intent.cluster).toBe("of-flag");
  });

  test("is hearsay where it names a kubeconfig, as a flag is not", () => {
    const text = `cluster:\n  admin-kubeconfig: k.yaml\n${plain}`;
    expect(intentOf(text).intent.place.isHearsay).toBe(true);
    expect(intentOf(text, { kubeconfig: "mine.yaml" }).intent.place.isHearsay).toBe(false);
  });
});

test("a host that was typed is told from one of the file", () => {
  const text = plain.replace("addons", "  host-ip: 192.0.2.1\naddons");
  expect(intentOf(text).intent).toMatchObject({ hostIP: "192.0.2.1", isHostTyped: false });
  expect(intentOf(text, { hostIp: "192.0.2.2" }).intent).toMatchObject({ hostIP: "192.0.2.2", isHostTyped: true });
});

describe("a team server", () => {
  const text = plain.replace("addons", "  cluster: ann\naddons");

  test("takes the place of the one on this desktop, and its token is the one that was named", () => {
    const { intent } = intentOf(text, { team: "http://team.example.com:5001" });
    expect(intent).toMatchObject({ hostIP: "team.example.com", port: 5001, token: undefined });
    const withToken = intentOf(text.replace("addons", "  token-file: token\n  team: http://192.0.2.1\naddons")).intent;
    expect(withToken).toMatchObject({ hostIP: "192.0.2.1", port: 5000, token: { isDemanded: true } });
  });

  test("needs a name for the cluster", () => {
    expect(() => intentOf(plain, { team: "http://team.example.com" })).toThrow("needs a name of its own");
  });

  test("is not just any address", () => {
    expect(() => intentOf(text, { team: "ftp://team.example.com" })).toThrow("a team server, for example");
  });
});

test("what is for Helm is handed on as it was typed, commas and all", () => {
  const flags = { chart: "./chart", chartVersion: "1.2.3", values: ["a.yaml", "b.yaml"], set: ["x={a,b}", "y=1"] };
  expect(intentOf(plain, { ...flags, waitServer: true, context: "kind-a" }).intent).toMatchObject({
    chart: { chart: "./chart", version: "1.2.3" },
    valuesFiles: ["a.yaml", "b.yaml"],
    set: ["x={a,b}", "y=1"],
    waitServer: true,
    place: { context: "kind-a" },
  });
});

describe("what is wrong", () => {
  test("a token file that is not there ends it, and is named", () => {
    expect(() => intentOf(plain, { tokenFile: "/nowhere/token" })).toThrow("/nowhere/token");
  });

  test("a configuration that is not there ends it, and the way to make one is said", () => {
    expect(() => intentOf(plain, { config: "/nowhere/config.yaml" })).toThrow("/nowhere/config.yaml");
  });

  test("a missing domain ends what needs one", () => {
    expect(() => intentOf("addons: [external-dns]\n")).toThrow("domain");
  });
});
