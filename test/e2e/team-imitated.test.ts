/** A real kine, which imitates etcd for Kubernetes: whoever would keep or read a team there hears so in one sentence, with a command. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDesktop, userLines } from "../cluster/desktop.ts";
import { eventually, freePort } from "../cluster/eventually.ts";
import { run, startProgram } from "../cluster/program.ts";
import { runCommand, startServer } from "../cluster/server.ts";
import { runTeamCommand, startTeamServer } from "../cluster/team-server.ts";
import { tools } from "../cluster/tools.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe.skipIf(!existsSync(tools.kine))(`kine (node test/cluster/build.ts makes it at ${tools.kine})`, () => {
  const started = new AsyncDisposableStack();
  let place: string;
  let sentence: string;
  let command: string;

  beforeAll(async () => {
    const folder = started.use(temporaryFolder()).path;
    place = `127.0.0.1:${await freePort()}`;
    const database = `sqlite://${join(folder, "state.db")}?_journal=WAL`;
    const flags = [`--listen-address=${place}`, `--endpoint=${database}`, "--metrics-bind-address=0"];
    started.use(await startProgram([tools.kine, ...flags]));
    await eventually(() => etcdctl("put", "/skydns/com/example/dev/foo/1", '{"host":"10.0.0.1"}'));
    sentence = `What answers at ${place} is not etcd but something that imitates it, such as kine`;
    command = `etcdctl --endpoints=${place} endpoint status --write-out=fields`;
  });

  afterAll(() => started.disposeAsync());

  function etcdctl(...words: readonly string[]): Promise<string> {
    return run([tools.etcdctl, `--endpoints=${place}`, ...words]);
  }

  /** What a command says that must fail. */
  async function failureOf(running: Promise<string>): Promise<string> {
    return running.then(
      (output) => assert.fail(`it did not fail: ${output}`),
      (error: unknown) => String((error as { stderr?: string }).stderr ?? error),
    );
  }

  test("the command that is advised shows what the sentence says", async () => {
    expect(await etcdctl("endpoint", "status", "--write-out=fields")).toContain('"ClusterID" : 0\n');
  });

  test.each(["team init dev", "team check", "team log", "team invite"])("%s", async (words) => {
    const said = await failureOf(runTeamCommand(...words.split(" "), `--store=etcd://${place}`));
    expect(said).toContain(sentence);
    expect(said).toContain(command);
  });

  test("a team server says so, and keeps nothing there", async () => {
    const before = await etcdctl("get", "--prefix", "/");
    const server = await startTeamServer({
      etcd: { url: `etcd://${place}`, certificates: undefined },
      until: "answering",
    });
    await using _server = server;
    await eventually(async () => {
      const { attention } = await server.status();
      expect(attention.map(({ code }) => code)).toContain("etcd-imitated");
    });
    expect(server.log()).toContain(sentence);
    expect(server.log()).toContain(command);
    expect(await etcdctl("get", "--prefix", "/")).toBe(before);
  });

  test("a desktop does not join, although names are there", async () => {
    await using desktop = await openDesktop();
    const server = await startServer({ desktop, flags: [] });
    await using _server = server;
    const local = [`--port=${server.port}`, "--host=127.0.0.1"];
    const words = ["join", `etcd://${place}`, "--domains=dev.example.com", "--yes", ...local];
    const said = await failureOf(runCommand(desktop, ...words));
    expect(said).toContain(sentence);
    expect(said).toContain(command);
    expect(await desktop.hosts()).toBe(userLines);
    expect((await server.status()).teams).toBeUndefined();
  });
});
