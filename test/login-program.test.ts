/** The login program of a kubeconfig, as users meet it: named by somebody's config.yaml it stays unrun; typed, it runs. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runProduct } from "./support/product.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

/** A folder as it was cloned, whose kubeconfig has a program run that leaves a trace. */
function clone() {
  const folder = temporaryFolder();
  const cloned = join(folder.path, "cloned");
  const trace = join(folder.path, "trace");
  mkdirSync(cloned);
  const kubeconfig = {
    "current-context": "a",
    clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
    users: [
      {
        name: "u",
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1",
            command: "sh",
            args: ["-c", `echo run >> ${trace}; exit 1`],
          },
        },
      },
    ],
    contexts: [{ name: "a", context: { cluster: "c", user: "u" } }],
  };
  writeFileSync(join(cloned, "kubeconfig"), JSON.stringify(kubeconfig));
  writeFileSync(
    join(cloned, "config.yaml"),
    "dns:\n  domain: dtk.io\n  webhook-port: 5999\ncluster:\n  admin-kubeconfig: kubeconfig\naddons: [external-dns]\n",
  );
  return { cloned, trace, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

test.each([
  ["list-addons"],
  ["install-addon", "external-dns", "--dry-run"],
  ["uninstall-addon", "external-dns", "--yes"],
])("dtk %s in a cloned folder does not run it, and says what to type", async (...command) => {
  using scene = clone();
  const { exitCode, talk } = await runProduct(command, { program: "dtk", folder: scene.cloned });
  expect(existsSync(scene.trace)).toBe(false);
  expect(exitCode).toBe(3);
  if (command[0] === "install-addon") return; // The missing server is said first.
  expect(talk).toContain(`--kubeconfig ${join(scene.cloned, "kubeconfig")}`);
});

test("the user's own word runs it", async () => {
  using scene = clone();
  const command = ["list-addons", `--kubeconfig=${join(scene.cloned, "kubeconfig")}`];
  const { exitCode } = await runProduct(command, { program: "dtk", folder: scene.cloned });
  expect(existsSync(scene.trace)).toBe(true);
  expect(exitCode).toBe(3);
});
