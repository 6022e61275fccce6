/** Bodies of every kind on a real server: each is answered as the protocol says, and none costs more than a bounded memory. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fuzzedPost } from "../support/body-grammar.ts";
import { curl, ingressEndpoint, postRecords } from "../support/http.ts";
import { startProduct } from "../support/product.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** To repeat a run that failed, set the seed that its title has. */
const seed = Number(process.env["FUZZ_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

/** Milliseconds after which no more are sent; what is sent in them differs, in its order, from no other run of the seed. */
const lasts = 20_000;

/** Bodies that are made at a time. */
const batch = 50;

/** What the protocol has for a body; a hosts file that is busy for the moment would be a 503. */
const statuses: Readonly<Record<string, readonly number[]>> = {
  "/adjustendpoints": [200, 400],
  "/records": [204, 400],
};

/**
 * MiB of JavaScript values that must do: the server ends if it needs more. The largest body is 8 MiB, and 128 is too
 * little. Without a limit V8 collects so late on a busy machine that the growth of the process says little.
 */
const mostValues = 256;

/** MiB beyond those at the start that the whole process may ever have had, with buffers and what SQLite keeps. */
const mostGrowth = 500;

const mediaType = "application/external.dns.webhook+json;version=1";

function peak(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

test(`bodies of every kind, seed ${seed}`, { timeout: 300_000 }, async () => {
  using folder = temporaryFolder();
  const hostsFile = join(folder.path, "hosts");
  writeFileSync(hostsFile, "127.0.0.1 localhost\n");
  const flags = [`--hosts-file=${hostsFile}`, `--state-dir=${join(folder.path, "state")}`];
  await using server = await startProduct([...flags, "--domains=dtk.io", "--cluster-ip=192.0.2.7"], {
    environment: { NODE_OPTIONS: `--max-old-space-size=${mostValues}` },
  });
  await curl(`${server.url}/targets`, { body: "record" });
  const before = peak(server.pid);
  const seen = new Map<string, number>();
  const end = performance.now() + lasts;
  for (let round = 0; performance.now() < end; round += 1) {
    for (const { path, body } of fc.sample(fuzzedPost, { seed: seed + round, numRuns: batch })) {
      const headers = { "content-type": mediaType, accept: mediaType };
      const { status, text } = await curl(`${server.url}${path}`, { method: "POST", body, headers });
      const told = `seed ${seed}, round ${round}: ${path} ${body.subarray(0, 500).toString()} -> ${status} ${text.slice(0, 200)}`;
      expect(statuses[path], told).toContain(status);
      seen.set(`${path} ${status}`, (seen.get(`${path} ${status}`) ?? 0) + 1);
    }
    expect(peak(server.pid) - before).toBeLessThan(mostGrowth);
  }
  // Every kind of answer came, or the grammar makes nothing that is right, or nothing that is wrong.
  expect([...seen.keys()].toSorted()).toEqual([
    "/adjustendpoints 200",
    "/adjustendpoints 400",
    "/records 204",
    "/records 400",
  ]);
  expect(server.log.filter(({ code, level }) => code === "internal-error" || level >= 50)).toEqual([]);
  expect((await postRecords(server.url, { create: [ingressEndpoint("valid.dtk.io")] })).status).toBe(204);
  expect(readFileSync(hostsFile, "utf8")).toMatch(/^192\.0\.2\.7 valid\.dtk\.io$/m);
  for (const line of readFileSync(hostsFile, "utf8").split("\n")) {
    expect(line).toMatch(/^(?:#.*|127\.0\.0\.1 localhost|[0-9a-f.:]+ (?:[a-z0-9.-]+\.)?dtk\.io|)$/);
  }
  expect(Array.isArray(JSON.parse((await curl(`${server.url}/records`)).text))).toBe(true);
});
