/** What `serve` refuses before it opens a port or touches a file, in one sentence each. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { runHere } from "../../../test/support/here.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";

afterEach(() => void vi.restoreAllMocks());

/** Runs it with a hosts file and a state folder that must not come to be. */
async function serve(flags: readonly string[], environment: Record<string, string> = {}) {
  using folder = temporaryFolder();
  const places = [`--hosts-file=${join(folder.path, "hosts")}`, `--state-dir=${join(folder.path, "state")}`];
  const ended = await runHere(["serve", "--port=0", "--host=127.0.0.1", ...places, ...flags], { environment });
  expect(readdirSync(folder.path)).toEqual([]);
  return ended;
}

const store = "--store=etcd://127.0.0.1:1";

describe("wrong usage", () => {
  test.each<[readonly string[], string, string]>([
    [["--cluster-ip=auto"], "so callers must show a token.", "--token-file"],
    [[store], "A team server keeps no hosts file", "Add --hosts-file=none."],
    [[store, "--hosts-file=none", "--dry-run"], "A team server has no --dry-run", "Leave out --dry-run."],
    [[store, "--hosts-file=none", "--forget-after=14d"], "so it never forgets one.", "Leave out --forget-after."],
    [["--store-ca=ca.pem"], "no etcd is named.", "--store=etcd://HOST:2379"],
    [["--store-insecure"], "no etcd is named.", "--store=etcd://HOST:2379"],
    [[store, "--store-key=key.pem"], "A client certificate and its key go together.", "--store-cert"],
    [[store, "--store-password-file=p"], "A user and a password go together.", "--store-user"],
  ])("%j", async (flags, message, hint) => {
    const { exitCode, output, talk } = await serve(flags);
    expect([exitCode, output]).toEqual([2, ""]);
    const [sentence = "", advice = ""] = talk.split("\n");
    expect(sentence).toMatch(/^hostsfile-server: /);
    expect(sentence).toContain(message);
    expect(advice).toContain(hint);
  });

  test("a flag and its twin in the environment are refused alike", async () => {
    const flag = await serve(["--cluster-ip=auto"]);
    const twin = await serve([], { HOSTSFILE_SERVER_CLUSTER_IP: "auto" });
    expect(twin).toEqual(flag);
  });

  test("a file of a store that cannot be read is named, with its flag", async () => {
    const { exitCode, talk } = await serve([store, "--hosts-file=none", "--store-ca=/nowhere/ca.pem"]);
    expect(exitCode).toBe(3);
    expect(talk).toContain("/nowhere/ca.pem, which --store-ca names, cannot be read: ");
  });
});

describe("a watcher beside it", () => {
  test("needs a user behind root, and says so", async () => {
    vi.spyOn(process, "geteuid").mockReturnValue(0);
    const { exitCode, output, talk } = await serve(["--watch"]);
    expect([exitCode, output]).toEqual([2, ""]);
    expect(talk).toContain("--watch runs the watcher as the user who typed sudo, and nobody did.");
  });
});

test("a token that can be guessed is one sentence, and no server", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "token");
  writeFileSync(path, "short\n", { mode: 0o600 });
  const { exitCode, output, talk } = await serve([`--token-file=${path}`]);
  expect([exitCode, output]).toEqual([3, ""]);
  expect(talk).toContain(path);
  expect(talk).toContain("could be guessed");
});
