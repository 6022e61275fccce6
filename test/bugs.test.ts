/** A bug in any part of the running server is a trouble that it names and gets over, and never its end. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "./cluster/eventually.ts";
import { curl, ingressEndpoint, postRecords } from "./support/http.ts";
import { type RunningProduct, startProduct } from "./support/product.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

/**
 * What the server loads first: while a file of the function's name is there, a function of the platform that this part of
 * the server alone calls throws what it never throws.
 */
const saboteur = (folder: string): string => `
  import { existsSync } from "node:fs";
  const break_ = (owner, name, on, isMeant) => {
    const real = owner[name];
    owner[name] = function (...values) {
      if (isMeant(...values) && existsSync(${JSON.stringify(folder)} + "/" + on)) throw new TypeError("sabotaged " + on);
      return real.apply(this, values);
    };
  };
  break_(URL, "parse", "view", (text) => /b(?:ü|%C3%BC)cher/i.test(text));
  break_(Buffer.prototype, "equals", "sink", () => true);
`;

async function desktop() {
  const folder = temporaryFolder();
  const bugs = join(folder.path, "bugs");
  mkdirSync(bugs);
  const preload = join(folder.path, "saboteur.mjs");
  writeFileSync(preload, saboteur(bugs));
  const hostsFile = join(folder.path, "hosts");
  writeFileSync(hostsFile, "127.0.0.1 localhost\n");
  const flags = [
    `--hosts-file=${hostsFile}`,
    `--state-dir=${join(folder.path, "state")}`,
    "--domains=dtk.io",
    "--cluster-ip=192.0.2.7",
  ];
  return {
    hostsFile,
    start: () => startProduct(flags, { environment: { NODE_OPTIONS: `--import=${preload}` } }),
    bug: (part: "view" | "sink", is: boolean) => (is ? writeFileSync(join(bugs, part), "") : rmSync(join(bugs, part))),
    lines: () =>
      readFileSync(hostsFile, "utf8")
        .split("\n")
        .filter((line) => line.startsWith("192.0.2.7 ")),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

async function reasonsOf(server: RunningProduct): Promise<readonly string[]> {
  const { reasons } = JSON.parse((await curl(`${server.url}/readyz`)).text) as {
    reasons: { code: string; message: string }[];
  };
  return reasons.map(({ code, message }) => `${code} ${message}`);
}

/** So many that the whole view is worked out anew. */
const many = (prefix: string): object[] =>
  Array.from({ length: 50 }, (_, index) => ingressEndpoint(`${prefix}${index}.dtk.io`));

const isReady = async (server: RunningProduct): Promise<boolean> => (await curl(`${server.url}/readyz`)).status === 200;

test.each(["view", "sink"] as const)(
  "in the %s, at a change, after an edit from outside, at the start and at the stop",
  async (part) => {
    using here = await desktop();
    const expected = [expect.stringMatching(new RegExp(`^internal-error .*TypeError: sabotaged ${part}`))];
    {
      await using server = await here.start();
      expect((await postRecords(server.url, { create: [ingressEndpoint("bücher.dtk.io")] })).status).toBe(204);
      here.bug(part, true);
      expect((await postRecords(server.url, { create: many("a") })).status).toBe(503);
      expect(await reasonsOf(server)).toEqual(expected);
      writeFileSync(here.hostsFile, "127.0.0.1 localhost\n# edited\n");
      expect((await curl(`${server.url}/healthz`)).status).toBe(200);
      expect((await curl(`${server.url}/adopt`)).status).toBe(200);
      expect(JSON.parse((await curl(`${server.url}/status`)).text)).toMatchObject({
        attention: [{ code: "internal-error" }],
      });
      // The log has the stack, and the trouble once.
      expect(server.log.filter(({ code }) => code === "internal-error")).toMatchObject([
        { err: { stack: expect.stringContaining("at ") } },
      ]);
      here.bug(part, false);
      await eventually(async () => expect(await isReady(server)).toBe(true));
      expect(here.lines()).toHaveLength(51);
      here.bug(part, true);
      expect((await postRecords(server.url, { create: many("b") })).status).toBe(503);
      expect(await server.stop()).toBe(0);
    }
    await using server = await here.start();
    expect(await reasonsOf(server)).toEqual(expected);
    expect((await curl(`${server.url}/healthz`)).status).toBe(200);
    here.bug(part, false);
    await eventually(async () => expect(await isReady(server)).toBe(true));
    expect(here.lines()).toHaveLength(101);
    expect(await server.stop()).toBe(0);
  },
);
