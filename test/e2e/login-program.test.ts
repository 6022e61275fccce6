/** The login program of a kubeconfig never runs as root for somebody else: behind sudo it runs as who typed that. */
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runProduct } from "../support/product.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const nobody = 65_534;

/** A user's folder with a kubeconfig whose program writes down as whom it runs; the context `plain` needs none. */
function openHome() {
  const folder = temporaryFolder();
  chmodSync(folder.path, 0o755);
  const home = join(folder.path, "home");
  mkdirSync(home);
  const trace = join(home, "trace");
  const write = `echo "$(id -u) $(id -g) $HOME $KUBERNETES_EXEC_INFO" >> ${trace}; exit 1`;
  const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "sh", args: ["-c", write] };
  const kubeconfig = join(home, "kubeconfig");
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      "current-context": "plain",
      clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
      users: [
        { name: "u", user: { exec } },
        { name: "p", user: { token: "t" } },
      ],
      contexts: [
        { name: "evil", context: { cluster: "c", user: "u" } },
        { name: "plain", context: { cluster: "c", user: "p" } },
      ],
    }),
  );
  for (const path of [home, kubeconfig]) chownSync(path, nobody, nobody);
  return { home, kubeconfig, trace, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

describe.skipIf(process.geteuid?.() !== 0)("as root (needs root)", () => {
  test("sudo doctor --context runs it as the user", async () => {
    using scene = openHome();
    const command = ["doctor", `--kubeconfig=${scene.kubeconfig}`, "--context=evil", "--json"];
    const environment = { SUDO_UID: String(nobody), SUDO_GID: String(nobody), SUDO_USER: "nobody" };
    const { output } = await runProduct(command, { environment });
    const lines = readFileSync(scene.trace, "utf8").trim().split("\n");
    for (const line of lines) expect(line).toMatch(new RegExp(`^${nobody} \\d+ /`));
    expect(output).toContain("ended with 1");
  });

  test("root without sudo does not run it at all", async () => {
    using scene = openHome();
    const command = ["doctor", `--kubeconfig=${scene.kubeconfig}`, "--context=evil", "--json"];
    const { output } = await runProduct(command);
    expect(existsSync(scene.trace)).toBe(false);
    expect(output).toContain("login-program-refused");
  });

  test("dtk as root runs neither it nor a Helm that would", async () => {
    using scene = openHome();
    const configuration = "dns:\n  domain: dtk.io\n  webhook-port: 5999\naddons: [external-dns]\n";
    writeFileSync(join(scene.home, "config.yaml"), configuration);
    const command = ["list-addons", `--kubeconfig=${scene.kubeconfig}`, "--context=evil"];
    const { exitCode, talk } = await runProduct(command, { program: "dtk", folder: scene.home });
    expect(existsSync(scene.trace)).toBe(false);
    expect([exitCode, talk]).toEqual([3, expect.stringContaining("without sudo")]);
  });
});
