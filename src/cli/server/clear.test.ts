/** What `clear` asks of a running server, which one it asks, and that it never says that lines are gone that are not. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type SaidAnswer, answeringServer } from "../../../test/support/answering-server.ts";
import { runHere } from "../../../test/support/here.ts";
import { clusterOf, statusOf } from "../../../test/support/status.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";

const users = "127.0.0.1 localhost\n";
const clusters = [clusterOf({ shown: 2 }), clusterOf({ name: "kind-a", shown: 3 })];

type Told = NonNullable<Parameters<typeof statusOf>[0]>;

/** A server with this status, which keeps a file of the user's unless it says otherwise, and answers to DELETE with this. */
async function scene(status: Told, deleted: SaidAnswer = { status: 200 }, hostsText = users) {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(temporaryFolder()).path;
  const hostsFile = join(folder, "hosts");
  writeFileSync(hostsFile, hostsText);
  const body = JSON.stringify(statusOf({ ...status, server: { hostsFile, ...status.server } }));
  const server = stack.use(await answeringServer((request) => (request === "GET /status" ? { body } : deleted)));
  const place = [
    "--host=127.0.0.1",
    `--port=${server.port}`,
    `--hosts-file=${hostsFile}`,
    `--state-dir=${join(folder, "state")}`,
  ];
  const opened = stack.move();
  return {
    hostsFile,
    server,
    clear: (...flags: readonly string[]) => runHere(["clear", ...place, ...flags]),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

describe("through a server that keeps the file", () => {
  test("everything is one request, and every cluster is named", async () => {
    await using here = await scene({ clusters });
    expect(await here.clear()).toEqual({
      exitCode: 0,
      output: "Forgotten: default, kind-a. No line of ours is left in the hosts file.\n",
      talk: "",
    });
    expect(here.server.requests).toEqual(["GET /status", "DELETE /clusters"]);
  });

  test("one cluster is asked for by its path, and it is looked whether the lines went", async () => {
    await using here = await scene({ clusters });
    expect(await here.clear("--cluster=kind-a")).toMatchObject({
      exitCode: 0,
      output: "Forgotten: kind-a. Its lines are gone.\n",
    });
    expect(here.server.requests).toEqual(["GET /status", "DELETE /clusters/kind-a", "GET /status"]);
  });

  test("where its sink cannot be written, the lines are not said to be gone", async () => {
    const sink = {
      name: "hosts file",
      ok: false,
      lastWrittenAt: null,
      method: null,
      conflicts: { total: 0, list: [] },
      trouble: { code: "hosts-file-read-only", message: "/etc/hosts is on a read-only mount.", hint: "Mount it anew." },
    };
    await using here = await scene({ clusters, sinks: [sink] });
    const { exitCode, output, talk } = await here.clear("--cluster=kind-a");
    expect([exitCode, output]).toEqual([3, ""]);
    expect(talk).toBe("hostsfile-server: /etc/hosts is on a read-only mount.\n  Mount it anew.\n");
  });

  test("a cluster that it does not know is not asked for", async () => {
    await using here = await scene({ clusters });
    const { exitCode, talk } = await here.clear("--cluster=kind-b");
    expect(exitCode).toBe(1);
    expect(talk).toContain("Cluster kind-b is not known; known are default, kind-a.");
    expect(here.server.requests).toEqual(["GET /status"]);
  });

  test("what the server cannot forget is said with its own words, and exit 3", async () => {
    const told = { error: "The disk is full.", hint: "Make room.", code: "state-unwritable" };
    await using here = await scene({ clusters }, { status: 503, body: JSON.stringify(told) });
    const { exitCode, talk } = await here.clear();
    expect(exitCode).toBe(3);
    expect(talk).toContain("hostsfile-server: The disk is full.\n  Make room.\n");
  });

  test("records that cannot be used are no failure once the lines are gone; how to start afresh is said", async () => {
    const told = { error: "The records are damaged.", hint: "Recover.", code: "state-damaged" };
    await using here = await scene({ clusters }, { status: 503, body: JSON.stringify(told) });
    const { exitCode, output, talk } = await here.clear();
    expect(exitCode).toBe(0);
    expect(output).toBe("Forgotten: no cluster. No line of ours is left in the hosts file.\n");
    expect(talk).toBe("What is saved cannot be used; to start afresh: hostsfile-server recover\n");
    expect(await here.clear("--quiet")).toEqual({ exitCode: 0, output: "", talk: "" });
  });

  test("a line of ours that is still there is a failure, whatever the server says", async () => {
    const block = "# BEGIN hostsfile-server (managed block, write your own lines outside it) lines=0123456789abcdef\n";
    const text = `${users}${block}192.0.2.1 foo.dtk.io\n# END hostsfile-server\n`;
    await using here = await scene({ clusters }, { status: 200 }, text);
    const { exitCode, output, talk } = await here.clear();
    expect([exitCode, output]).toEqual([3, ""]);
    expect(talk).toContain(here.hostsFile);
    expect(readFileSync(here.hostsFile, "utf8")).toBe(text);
  });
});

describe("past a server that has nothing to do with the file", () => {
  test.each<[string, NonNullable<Told["server"]>]>([
    ["writes nothing", { dryRun: true }],
    ["keeps another file", { hostsFile: "/somewhere/else" }],
  ])("one that %s is told nothing", async (_, server) => {
    await using here = await scene({ clusters, server });
    expect(await here.clear()).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining("There was nothing to clear."),
    });
    expect(here.server.requests).toEqual(["GET /status"]);
  });

  test.each<[string, SaidAnswer]>([
    ["rubbish", { body: "<html>" }],
    ["401", { status: 401, headers: { "www-authenticate": 'Bearer realm="hostsfile-server"' } }],
    ["503", { status: 503, body: "{}" }],
    ["nothing", "gone"],
  ])("a program that answers %s does not keep our lines in the file", async (_, answer) => {
    await using server = await answeringServer(() => answer);
    using folder = temporaryFolder();
    const hostsFile = join(folder.path, "hosts");
    writeFileSync(hostsFile, users);
    const flags = [
      "--host=127.0.0.1",
      `--port=${server.port}`,
      `--hosts-file=${hostsFile}`,
      `--state-dir=${join(folder.path, "state")}`,
    ];
    expect(await runHere(["clear", ...flags])).toMatchObject({ exitCode: 0, talk: "" });
    expect(readFileSync(hostsFile, "utf8")).toBe(users);
  });
});

test.each([
  ["--cluster=Kind_A", "--cluster: "],
  ["--port=0.5", "--port: "],
  ["--json", "unknown option '--json'"],
  ["everything", "too many arguments"],
])("%s is wrong usage, and nothing is asked", async (word, words) => {
  await using here = await scene({ clusters });
  const { exitCode, talk } = await here.clear(word);
  expect(exitCode).toBe(2);
  expect(talk).toContain(words);
  expect(here.server.requests).toEqual([]);
});
