/** The watcher beside the server: what it is told and how, that another one follows it, and that it ends. The real one is in `test/watch-child.test.ts`. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { type AdminToken, userOfToken, watchToken } from "../../contract/token.ts";
import { currentUserName } from "../../platform/user.ts";
import { WatcherChild } from "./watcher-child.ts";

const program = process.argv[1] ?? "";

beforeEach(() => void vi.stubEnv("KUBECONFIG", ""));
afterEach(() => {
  process.argv[1] = program;
  vi.unstubAllEnvs();
});

interface Logged {
  readonly code: string;
  readonly how?: string;
  readonly text: string;
}

/** Runs this script in the watcher's place; it may note things in a folder. */
function open(script: string, adminToken: () => AdminToken = () => ({ kind: "none" })) {
  const folder = temporaryFolder();
  const file = join(folder.path, "watcher.mjs");
  writeFileSync(
    file,
    `import { appendFileSync, readFileSync } from "node:fs";
const note = (name, value) => appendFileSync(${JSON.stringify(folder.path)} + "/" + name, JSON.stringify(value) + "\\n");
${script}`,
  );
  process.argv[1] = file;
  const logged: Logged[] = [];
  const write = (fields: object, text: string) => void logged.push({ ...(fields as Logged), text });
  const log = { debug: write, info: write, warn: write, error: write };
  const child = new WatcherChild({ login: undefined, host: "127.0.0.1", port: 5001, adminToken, log });
  return {
    logged,
    /** What the script noted under this name, in its order. */
    noted: (name: string): readonly unknown[] => {
      const path = join(folder.path, name);
      const lines = existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
      return lines.map((line): unknown => JSON.parse(line));
    },
    [Symbol.asyncDispose]: async () => {
      await child[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

const runs = "setInterval(() => undefined, 1000);\n";
const notesWords = 'note("words", process.argv.slice(2));\n';
const notesInput = 'note("input", readFileSync(0, "utf8"));\n';

test("it is told where the server is, and without a token nothing else", async () => {
  await using here = open(notesWords + notesInput + runs);
  await vi.waitFor(() => expect(here.noted("input")).toEqual([""]), { timeout: 60_000 });
  expect(here.noted("words")).toEqual([["watch", "--host=127.0.0.1", "--port=5001"]]);
  expect(here.logged[0]).toMatchObject({ code: "watcher-started", text: `The watcher runs as ${currentUserName()}.` });
});

test("a token of its user comes over its input alone: other users see words and environments", async () => {
  const token = "an-admin-token-of-some-length";
  const environment = 'note("environment", Object.values(process.env));\n';
  await using here = open(notesWords + environment + notesInput + runs, () => ({ kind: "known", token }));
  await vi.waitFor(() => expect(here.noted("input")).toHaveLength(1), { timeout: 60_000 });
  const [given] = here.noted("input");
  expect(given).toBe(watchToken(token, currentUserName()));
  expect(userOfToken(String(given))).toBe(currentUserName());
  expect(here.noted("words")).toEqual([["watch", "--host=127.0.0.1", "--port=5001", "--token-file=-"]]);
  const seen = JSON.stringify([here.noted("words"), here.noted("environment"), here.logged]);
  for (const secret of [token, String(given)]) expect(seen).not.toContain(secret);
});

test("what it says is logged line by line, also where a line comes in two parts", async () => {
  const script = `process.stderr.write("one\\ntw");
setTimeout(() => process.stderr.write("o\\nthree"), 100);
${runs}`;
  await using here = open(script);
  const said = (): readonly string[] =>
    here.logged.filter(({ code }) => code === "watcher-says").map(({ text }) => text);
  await vi.waitFor(() => expect(said()).toEqual(["one", "two"]), { timeout: 60_000 });
});

test.each([
  ["process.exit(3)", "exit code 3"],
  ['process.kill(process.pid, "SIGKILL")', "SIGKILL"],
])("one that ends is followed by another, and how it ended is logged: %s", async (end, how) => {
  await using here = open(`note("starts", 1);\n${end};\n`);
  await vi.waitFor(() => expect(here.noted("starts").length).toBeGreaterThan(1), { timeout: 60_000 });
  expect(here.logged.find(({ code }) => code === "watcher-ended")).toMatchObject({
    how,
    text: `The watcher ended (${how}). It is started again.`,
  });
});

test("with another token it is started anew with that, and nothing is said to have ended", async () => {
  let token = "the-first-token-of-some-length";
  await using here = open(notesInput + runs, () => ({ kind: "known", token }));
  await vi.waitFor(() => expect(here.noted("input")).toHaveLength(1), { timeout: 60_000 });
  token = "the-second-token-of-some-length";
  await vi.waitFor(() => expect(here.noted("input")).toHaveLength(2), { timeout: 60_000 });
  expect(here.noted("input")[1]).toBe(watchToken(token, currentUserName()));
  expect(here.logged.map(({ code }) => code)).not.toContain("watcher-ended");
});

test("it ends with the server, and none is started again", async () => {
  const here = open(`note("starts", process.pid);\n${runs}`);
  await vi.waitFor(() => expect(here.noted("starts")).toHaveLength(1), { timeout: 60_000 });
  const [pid] = here.noted("starts");
  const { noted, logged } = here;
  const before = noted("starts").length;
  await here[Symbol.asyncDispose]();
  expect(existsSync(`/proc/${String(pid)}`)).toBe(false);
  await sleep(10);
  expect([before, logged.map(({ code }) => code)]).toEqual([1, ["watcher-started"]]);
});
