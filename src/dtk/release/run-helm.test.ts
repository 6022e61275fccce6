/** Helm is an executable on PATH here that says what the real one says; the real one runs in the end-to-end tests. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { askHelm, runHelm } from "./run-helm.ts";

afterEach(() => vi.unstubAllEnvs());

const place = { kubeconfig: "/k", context: "c" };

function putHelm(folder: string, script: string): void {
  const path = join(folder, "helm");
  writeFileSync(path, `#!/bin/sh\n${script}`);
  chmodSync(path, 0o755);
  vi.stubEnv("PATH", `${folder}:/usr/bin:/bin`);
}

test("gets the cluster's place and its input, and its words come back whole", async () => {
  using folder = temporaryFolder();
  putHelm(folder.path, 'echo "$@"; cat\n');
  expect(await runHelm(["get", "values", "x"], { place, input: "a: 1\n" })).toBe(
    "get values x --kubeconfig /k --kube-context c\na: 1\n",
  );
});

/** As Helm 3 and 4 print it. */
test("a release that is not there is undefined; another failure is said", async () => {
  using folder = temporaryFolder();
  putHelm(folder.path, 'echo "Error: release: not found" >&2; exit 1\n');
  expect(await askHelm(["get", "values", "x"], { place })).toBeUndefined();
  putHelm(folder.path, 'echo "Error: chart requires kubeVersion" >&2; exit 1\n');
  await expect(askHelm(["upgrade", "--install", "x"], { place })).rejects.toMatchObject({
    code: "helm-failed",
    exitCode: 3,
    message: "helm upgrade --install failed: Error: chart requires kubeVersion",
  });
});

test("without Helm it is said how to get it", async () => {
  using folder = temporaryFolder();
  vi.stubEnv("PATH", folder.path);
  await expect(runHelm(["version"], { place })).rejects.toMatchObject({
    code: "helm-missing",
    exitCode: 3,
    hint: expect.stringContaining("https://helm.sh/docs/intro/install/"),
  });
});
