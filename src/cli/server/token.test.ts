/** Each token that is printed is the one that its user must show, and never the admin token. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runHere } from "../../../test/support/here.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { userOfToken, watchToken, webhookToken } from "../../contract/token.ts";
import { defaultCluster, parseClusterName } from "../../records/cluster.ts";
import { parseUserName } from "../../records/user.ts";

const adminToken = "an-admin-token-long-enough";

/** Runs `token` with a file that holds the admin token. */
async function print(...flags: readonly string[]) {
  using folder = temporaryFolder();
  const file = join(folder.path, "token");
  writeFileSync(file, `${adminToken}\n`, { mode: 0o600 });
  return await runHere(["token", `--token-file=${file}`, ...flags]);
}

test("without a cluster it is that of the cluster `default`", async () => {
  const printed = await print();
  expect(printed).toEqual({ exitCode: 0, output: `${webhookToken(adminToken, defaultCluster)}\n`, talk: "" });
  expect((await print("--cluster=default")).output).toBe(printed.output);
});

test("each cluster has its own", async () => {
  const kind = parseClusterName("kind-a");
  if (kind === undefined) throw new Error("not a name");
  const { output } = await print("--cluster=kind-a");
  expect(output).toBe(`${webhookToken(adminToken, kind)}\n`);
  expect(output).not.toBe((await print()).output);
});

test("a watcher's says whose it is, and a cluster that is named beside it changes nothing", async () => {
  const ann = parseUserName("ann");
  if (ann === undefined) throw new Error("not a name");
  const { output } = await print("--watcher=ann");
  expect(output).toBe(`${watchToken(adminToken, ann)}\n`);
  expect(userOfToken(output.trim())).toBe("ann");
  expect((await print("--watcher=ann", "--cluster=kind-a")).output).toBe(output);
  expect((await print("--watcher=bob")).output).not.toBe(output);
});

test("one line alone is printed, for `$(…)`, and the admin token is not in it", async () => {
  for (const flags of [[], ["--cluster=kind-a"], ["--watcher=ann"]]) {
    const { output } = await print(...flags);
    expect(output).toMatch(/^\S+\n$/);
    expect(output).not.toContain(adminToken);
  }
});

test.each([
  ["--cluster=Kind A", '--cluster: "Kind A" is not a cluster\'s name'],
  ["--cluster=", "--cluster: "],
  ["--watcher=a/b", '--watcher: "a/b" is not the name of a user'],
  ["ann", "too many arguments"],
])("%j is wrong usage, and no token is printed", async (word, words) => {
  const { exitCode, output, talk } = await print(word);
  expect([exitCode, output]).toEqual([2, ""]);
  expect(talk).toContain(words);
});
