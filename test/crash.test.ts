/** kill -9 at any moment: what was answered is kept, and the next start brings the hosts file up to date before it is ready. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { curl, ingressEndpoint, postRecords } from "./support/http.ts";
import { startProduct } from "./support/product.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const users = "127.0.0.1 localhost\n# mine, unterminated";
const rounds = 8;

test("killed at random moments while names come and go", async () => {
  using folder = temporaryFolder();
  const hostsFile = join(folder.path, "hosts");
  writeFileSync(hostsFile, users);
  const flags = [
    `--hosts-file=${hostsFile}`,
    `--state-dir=${join(folder.path, "state")}`,
    "--domains=dtk.io",
    "--cluster-ip=192.0.2.7",
  ];
  const shown = (): string[] =>
    readFileSync(hostsFile, "utf8")
      .split("\n")
      .filter((line) => line.startsWith("192.0.2.7 "));
  const wanted = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    await using server = await startProduct(flags);
    const stored: { dnsName: string }[] = JSON.parse((await curl(`${server.url}/records`)).text);
    const names = stored.map(({ dnsName }) => dnsName);
    expect(shown()).toEqual(names.map((name) => `192.0.2.7 ${name}`));
    expect([...wanted].filter((name) => !names.includes(name))).toEqual([]);
    let killed: Promise<unknown> | undefined;
    for (let index = 0; ; index++) {
      const name = `r${round}-${index}.dtk.io`;
      const answer = await postRecords(server.url, { create: [ingressEndpoint(name)] }).catch(() => undefined);
      if (answer === undefined) break;
      expect(answer.status).toBe(204);
      wanted.add(name);
      killed ??= sleep(Math.random() * 30).then(() => server.stop("SIGKILL"));
    }
    await killed;
    expect(readFileSync(hostsFile, "utf8").startsWith(users)).toBe(true);
  }
  expect(wanted.size).toBeGreaterThanOrEqual(rounds);
  await using server = await startProduct(flags);
  await curl(`${server.url}/clusters/default`, { method: "DELETE" });
  expect(readFileSync(hostsFile, "utf8")).toBe(users);
});
