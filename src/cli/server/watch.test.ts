/** What `watch` refuses before it opens a connection, in one sentence each. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { answeringServer } from "../../../test/support/answering-server.ts";
import { runHere } from "../../../test/support/here.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";

afterEach(() => void vi.restoreAllMocks());

const kubeconfig = `
contexts:
- {name: kind-a, context: {cluster: a, user: a}}
- {name: kind-b, context: {cluster: a, user: a}}
clusters:
- {name: a, cluster: {server: "https://127.0.0.1:1"}}
users:
- {name: a, user: {}}
`;

/** Runs `watch --once` at a port that must not be called, with a kubeconfig of this text, unless a flag names another. */
async function watch(flags: readonly string[], text = kubeconfig, environment: Record<string, string> = {}) {
  await using server = await answeringServer(() => ({ status: 500 }));
  using folder = temporaryFolder();
  const file = join(folder.path, "config");
  writeFileSync(file, text);
  const place = ["--host=127.0.0.1", `--port=${server.port}`];
  const ended = await runHere(["watch", "--once", `--kubeconfig=${file}`, ...place, ...flags], {
    environment: { HOME: folder.path, XDG_STATE_HOME: folder.path, ...environment },
  });
  expect(server.requests).toEqual([]);
  expect(ended.talk).not.toMatch(/^\s+at /m);
  return { ...ended, file };
}

describe("contexts", () => {
  test("one that no kubeconfig has is named, beside those that are there", async () => {
    const { exitCode, talk } = await watch(["--context=kind-c"]);
    expect(exitCode).toBeGreaterThan(0);
    expect(talk).toContain('No kubeconfig has a context "kind-c"; there is kind-a, kind-b.');
  });

  test("where there is none at all it says so", async () => {
    const { talk } = await watch(["--context=kind-c"], "contexts: []\n");
    expect(talk).toContain('No kubeconfig has a context "kind-c"; there is none.');
  });
});

describe("kubeconfigs", () => {
  test("one that is missing is named with its path", async () => {
    const { exitCode, talk } = await watch(["--kubeconfig=/nowhere/config"]);
    expect(exitCode).toBeGreaterThan(0);
    expect(talk).toContain("/nowhere/config");
  });

  test("one that is a folder is named with the reason", async () => {
    using folder = temporaryFolder();
    mkdirSync(join(folder.path, "config"));
    const { exitCode, talk } = await watch([`--kubeconfig=${join(folder.path, "config")}`]);
    expect(exitCode).toBeGreaterThan(0);
    expect(talk).toContain(`The kubeconfig ${join(folder.path, "config")} cannot be read`);
  });

  test("one that is not YAML is named, and its text is not printed, which may hold secrets", async () => {
    const { exitCode, talk, file } = await watch([], "contexts: [token-that-is-secret\n");
    expect(exitCode).toBeGreaterThan(0);
    expect(talk).toContain(file);
    expect(talk).not.toContain("token-that-is-secret");
  });
});

test("behind sudo it is refused: a kubeconfig may name programs", async () => {
  vi.spyOn(process, "geteuid").mockReturnValue(0);
  const { exitCode, talk } = await watch([], kubeconfig, { SUDO_UID: "1000" });
  expect(exitCode).toBe(2);
  expect(talk).toBe(
    "hostsfile-server: watch reads your kubeconfig, and so runs as you.\n  Run it without sudo. The server is the part that needs root.\n",
  );
});

test("the rights are printed for any user, without a kubeconfig and without a server", async () => {
  vi.spyOn(process, "geteuid").mockReturnValue(0);
  const { exitCode, output, talk } = await watch(["--print-rbac", "--kubeconfig=/nowhere"], "", { SUDO_UID: "1000" });
  expect([exitCode, talk]).toEqual([0, ""]);
  expect(output).toContain("kind: ClusterRole");
  expect(output).not.toMatch(/- (?:create|update|patch|delete|"\*")$/m);
});

test.each([
  ["--domains=*.io", "--domains: "],
  ["--targets=both", "--targets: "],
  ["kind-a", "too many arguments"],
])("%s is wrong usage", async (word, sentence) => {
  const { exitCode, talk } = await watch([word]);
  expect(exitCode).toBe(2);
  expect(talk).toContain(sentence);
});
