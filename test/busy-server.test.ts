/** A server that works on very many records answers everyone else meanwhile, and shows them none of the work that is half done. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, curl, postRecords } from "./support/http.ts";
import { startProduct } from "./support/product.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const many = 20_000;

function endpoints(ttl: number): object[] {
  return Array.from({ length: many }, (_, index) => ({
    dnsName: `n${index}.dtk.io`,
    recordType: "CNAME",
    targets: [`n${index}.dtk.io`],
    recordTTL: ttl,
  }));
}

/** How often the server answers `GET /healthz`, one request after the other, until the answer is there. */
async function countAnswers(url: string, answer: Promise<Answer>): Promise<number> {
  const state = { isOver: false };
  void answer.finally(() => (state.isOver = true)).catch(() => undefined);
  let count = 0;
  while (!state.isOver) {
    expect((await curl(`${url}/healthz`)).status).toBe(200);
    count += 1;
  }
  return count;
}

async function start() {
  const folder = temporaryFolder();
  const hostsFile = join(folder.path, "hosts");
  writeFileSync(hostsFile, "127.0.0.1 localhost\n");
  const flags = [
    `--hosts-file=${hostsFile}`,
    `--state-dir=${join(folder.path, "state")}`,
    "--domains=dtk.io",
    "--cluster-ip=192.0.2.7",
  ];
  const server = await startProduct(flags);
  return {
    server,
    lines: () => readFileSync(hostsFile, "utf8").match(/^192\.0\.2\.7 /gm)?.length ?? 0,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

test("while 20,000 records are posted, it answers others many times, and they see all or none", async () => {
  await using here = await start();
  const { url } = here.server;
  const posted = postRecords(url, { create: endpoints(1) });
  const answers = await countAnswers(url, posted);
  expect((await posted).status).toBe(204);
  expect(here.lines()).toBe(many);
  // Without slices it answers twice or three times: before the work, and after it.
  expect(answers).toBeGreaterThan(10);

  const updated = postRecords(url, { updateNew: endpoints(2) });
  const isUpdated = { is: false };
  void updated.then(() => (isUpdated.is = true));
  const seen = new Set<string>();
  while (!isUpdated.is) {
    const { text } = await curl(`${url}/records`);
    const records = JSON.parse(text) as { recordTTL: number }[];
    expect(records).toHaveLength(many);
    seen.add([...new Set(records.map(({ recordTTL }) => recordTTL))].join(" and "));
  }
  expect((await updated).status).toBe(204);
  expect([...seen].filter((times) => times.includes("and"))).toEqual([]);
});

describe("a server", () => {
  let here: Awaited<ReturnType<typeof start>>;

  beforeAll(async () => {
    here = await start();
  });

  afterAll(() => here[Symbol.asyncDispose]());

  test.each([
    ["numbers", "/records", `{"create":[${"1,".repeat(2_000_000)}1]}`, 204],
    ["empty objects", "/adjustendpoints", `[${"{},".repeat(1_500_000)}{}]`, 200],
    [
      "one endpoint of a million targets",
      "/records",
      `{"create":[{"dnsName":"a.dtk.io","recordType":"A","targets":[${'"a",'.repeat(1_000_000)}"b"]}]}`,
      204,
    ],
    ["what is nested a million deep", "/records", `{"create":[${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}]}`, 204],
    ["what is no JSON at its end", "/records", `{"create":[${"{},".repeat(1_000_000)}{}`, 400],
  ])("while a body of %s is read, it answers others", async (_, path, body, status) => {
    const { url } = here.server;
    let most = 0;
    // Without slices it never answers more than three times. On a busy machine this client may be the one that waits.
    for (let attempt = 0; attempt < 20 && most <= 3; attempt += 1) {
      const answer = curl(`${url}${path}`, { body, headers: { "content-type": "application/json" } });
      most = Math.max(most, await countAnswers(url, answer));
      expect((await answer).status).toBe(status);
    }
    expect(most).toBeGreaterThan(3);
  });
});
