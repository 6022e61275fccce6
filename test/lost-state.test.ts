/** The saved records are lost, moved, replaced or damaged, at rest and under a running server: the lines stay, and the server says so. */
import { cpSync, existsSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ServerHere, runHere, startHere } from "./support/here.ts";
import { curl, ingressEndpoint, postRecords } from "./support/http.ts";
import { startProduct } from "./support/product.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const users = "127.0.0.1 localhost\n# mine\n";
const address = "192.0.2.7";

interface Desktop extends Disposable {
  readonly stateFolder: string;
  readonly database: string;
  readonly log: string;
  readonly flags: readonly string[];
  readonly hosts: (text?: string) => string;
  readonly start: () => Promise<ServerHere>;
  /** Starts a server that can be killed. */
  readonly startProcess: () => ReturnType<typeof startProduct>;
  readonly recover: () => Promise<unknown>;
}

function desktop(): Desktop {
  const folder = temporaryFolder();
  const [hostsFile, stateFolder] = [join(folder.path, "hosts"), join(folder.path, "state")];
  writeFileSync(hostsFile, users);
  const flags = [`--hosts-file=${hostsFile}`, `--state-dir=${stateFolder}`];
  const settings = [`--cluster-ip=${address}`, "--domains=dtk.io"];
  return {
    stateFolder,
    database: join(stateFolder, "records.sqlite"),
    log: join(stateFolder, "records.sqlite-wal"),
    flags,
    hosts: (text) => {
      if (text !== undefined) writeFileSync(hostsFile, text);
      return readFileSync(hostsFile, "utf8");
    },
    start: () => startHere([...settings, ...flags]),
    startProcess: () => startProduct([...settings, ...flags]),
    recover: () => runHere(["recover", `--state-dir=${stateFolder}`]),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

const statusOf = async (call: ReturnType<typeof curl>): Promise<number> => (await call).status;
const add = (server: ServerHere, ...names: readonly string[]): Promise<number> =>
  statusOf(postRecords(server.url, { create: names.map(ingressEndpoint) }));
const ownership = (name: string): object => ({ dnsName: name, recordType: "TXT", targets: ['"owner"'] });

async function namesOf(server: ServerHere): Promise<readonly string[]> {
  const list: { dnsName: string }[] = JSON.parse((await curl(`${server.url}/records`)).text);
  return list.map(({ dnsName }) => dnsName).toSorted();
}

/** The code of the trouble, after which nothing may be answered from what is left or stored into it. */
async function refusalOf(server: ServerHere): Promise<string> {
  const { reasons }: { reasons: { code: string }[] } = JSON.parse((await curl(`${server.url}/readyz`)).text);
  expect(await statusOf(curl(`${server.url}/records`))).toBe(503);
  expect(await add(server, "later.dtk.io")).toBe(503);
  return reasons.map(({ code }) => code).join();
}

/** A desktop on which two names were shown by a server that has ended. */
async function used(): Promise<Desktop> {
  const here = desktop();
  await using server = await here.start();
  expect(await add(server, "bar.dtk.io", "foo.dtk.io")).toBe(204);
  return here;
}

async function isReady(server: ServerHere): Promise<void> {
  await expect.poll(() => statusOf(curl(`${server.url}/readyz`))).toBe(200);
}

describe("between two runs", () => {
  const losses: [string, (here: Desktop) => void][] = [
    ["the folder", ({ stateFolder }) => rmSync(stateFolder, { recursive: true })],
    ["what is in the folder", ({ database }) => rmSync(database)],
  ];

  test.each(losses)("%s is gone: the lines stay until recover", async (_, lose) => {
    using here = await used();
    const before = here.hosts();
    lose(here);
    await using server = await here.start();
    expect(await refusalOf(server)).toBe("state-lost");
    expect(here.hosts()).toBe(before);
    expect(existsSync(here.database)).toBe(false);
    expect((await runHere(["status", `--port=${server.port}`])).output).toMatch(
      /\[state-lost\]\n[^]*hostsfile-server recover --state-dir=/,
    );
    expect(await here.recover()).toMatchObject({ exitCode: 0, output: expect.stringContaining("Started afresh") });
    await isReady(server);
    expect(await add(server, "new.dtk.io")).toBe(204);
    expect(here.hosts()).toContain(`\n${address} new.dtk.io\n`);
    expect(here.hosts()).not.toContain("foo.dtk.io");
    await server.stop();
    // A hosts file of the time before is one of ours all the same.
    here.hosts(before);
    await using again = await here.start();
    expect(await namesOf(again)).toEqual(["new.dtk.io"]);
    expect(here.hosts()).not.toContain("foo.dtk.io");
  });

  test("the folder was moved, and is back without a word from the user", async () => {
    using here = await used();
    const before = here.hosts();
    renameSync(here.stateFolder, `${here.stateFolder}.away`);
    await using server = await here.start();
    expect(await refusalOf(server)).toBe("state-lost");
    renameSync(`${here.stateFolder}.away`, here.stateFolder);
    await isReady(server);
    expect(await namesOf(server)).toEqual(["bar.dtk.io", "foo.dtk.io"]);
    expect(here.hosts()).toBe(before);
  });

  test("an older copy is there: it says so, and recover goes on with it", async () => {
    using here = await used();
    cpSync(here.stateFolder, `${here.stateFolder}.copy`, { recursive: true });
    {
      await using server = await here.start();
      expect(await add(server, "new.dtk.io")).toBe(204);
    }
    const before = here.hosts();
    rmSync(here.stateFolder, { recursive: true });
    renameSync(`${here.stateFolder}.copy`, here.stateFolder);
    await using server = await here.start();
    expect(await refusalOf(server)).toBe("state-lost");
    expect(here.hosts()).toBe(before);
    expect(await here.recover()).toMatchObject({ exitCode: 0, output: expect.stringContaining("2 records") });
    await isReady(server);
    expect(await namesOf(server)).toEqual(["bar.dtk.io", "foo.dtk.io"]);
    expect(here.hosts()).not.toContain("new.dtk.io");
  });

  test("the state of another server is there", async () => {
    using here = await used();
    using other = await used();
    const before = here.hosts();
    rmSync(here.stateFolder, { recursive: true });
    cpSync(other.stateFolder, here.stateFolder, { recursive: true });
    await using server = await here.start();
    expect(await refusalOf(server)).toBe("state-lost");
    expect(here.hosts()).toBe(before);
  });

  test("the folder is gone beside a block of 0.1.0", async () => {
    using here = await used();
    const before = here.hosts(here.hosts().replace(/ state=\S+/, ""));
    rmSync(here.stateFolder, { recursive: true });
    await using server = await here.start();
    expect(await refusalOf(server)).toBe("state-lost");
    expect(here.hosts()).toBe(before);
  });
});

describe("without a loss no word is needed", () => {
  test("the lines stay as they are, byte for byte, over restarts and changes that show nothing new", async () => {
    using here = await used();
    const before = here.hosts();
    const { ino } = statSync(here.flags[0]?.split("=")[1] ?? "");
    for (const name of ["a", "b"]) {
      await using server = await here.start();
      expect(await statusOf(postRecords(server.url, { create: [ownership(`${name}.dtk.io`)] }))).toBe(204);
    }
    expect(here.hosts()).toBe(before);
    expect(statSync(here.flags[0]?.split("=")[1] ?? "").ino).toBe(ino);
  });

  test("a hosts file from a backup, from 0.1.0, or without a block gets the lines that are saved", async () => {
    using here = await used();
    const older = here.hosts();
    {
      await using server = await here.start();
      expect(await add(server, "new.dtk.io")).toBe(204);
    }
    for (const text of [older, older.replace(/ state=\S+/, ""), users]) {
      here.hosts(text);
      await using server = await here.start();
      expect(await namesOf(server)).toHaveLength(3);
      expect(here.hosts()).toMatch(/ state=[0-9a-f]{16}\/\d+\n.* bar\.dtk\.io\n.* foo\.dtk\.io\n.* new\.dtk\.io\n/);
    }
  });

  test("a block of 0.1.0 is signed at the first start", async () => {
    using here = await used();
    here.hosts(here.hosts().replace(/ state=\S+/, ""));
    await using server = await here.start();
    await isReady(server);
    expect(here.hosts()).toMatch(/ state=[0-9a-f]{16}\/\d+\n/);
  });

  test("after clear the folder may go", async () => {
    using here = await used();
    expect(await runHere(["clear", "--port=1", ...here.flags])).toMatchObject({ exitCode: 0 });
    rmSync(here.stateFolder, { recursive: true });
    await using server = await here.start();
    await isReady(server);
  });
});

describe("under a running server", () => {
  const losses: [string, (here: Desktop) => void][] = [
    ["removed", ({ stateFolder }) => rmSync(stateFolder, { recursive: true })],
    ["renamed", ({ stateFolder }) => renameSync(stateFolder, `${stateFolder}.away`)],
    ["emptied", ({ database, log }) => [database, log].forEach((path) => rmSync(path, { force: true }))],
  ];

  test.each(losses)("the folder is %s: no change is taken, the lines stay", async (how, lose) => {
    using here = await used();
    await using server = await here.startProcess();
    const before = here.hosts();
    lose(here);
    expect(await add(server, "later.dtk.io")).toBe(503);
    expect(await refusalOf(server)).toBe("state-lost");
    expect(here.hosts()).toBe(before);
    expect(existsSync(here.database)).toBe(false);
    if (how !== "renamed") return;
    renameSync(`${here.stateFolder}.away`, here.stateFolder);
    await isReady(server);
    expect(await add(server, "later.dtk.io")).toBe(204);
    await server.stop("SIGKILL");
    await using again = await here.start();
    expect(await namesOf(again)).toEqual(["bar.dtk.io", "foo.dtk.io", "later.dtk.io"]);
  });

  test("it is gone while nothing is shown: what was stored is still missed", async () => {
    using here = desktop();
    await using server = await here.start();
    expect(await statusOf(postRecords(server.url, { create: [ownership("a.dtk.io")] }))).toBe(204);
    rmSync(here.stateFolder, { recursive: true });
    expect(await refusalOf(server)).toBe("state-lost");
    await here.recover();
    await isReady(server);
    expect(await add(server, "later.dtk.io")).toBe(204);
  });

  test("a copy takes its place: it goes on with that, and what it answers to is there", async () => {
    using here = await used();
    await using server = await here.startProcess();
    cpSync(here.stateFolder, `${here.stateFolder}.copy`, { recursive: true });
    renameSync(here.stateFolder, `${here.stateFolder}.away`);
    renameSync(`${here.stateFolder}.copy`, here.stateFolder);
    expect(await add(server, "later.dtk.io")).toBe(204);
    await server.stop("SIGKILL");
    await using again = await here.start();
    expect(await namesOf(again)).toEqual(["bar.dtk.io", "foo.dtk.io", "later.dtk.io"]);
  });

  test("the log alone is removed: nothing that was answered to is lost", async () => {
    using here = await used();
    await using server = await here.startProcess();
    expect(await add(server, "first.dtk.io")).toBe(204);
    rmSync(here.log);
    expect(await add(server, "later.dtk.io")).toBe(204);
    await server.stop("SIGKILL");
    await using again = await here.start();
    expect(await namesOf(again)).toEqual(["bar.dtk.io", "first.dtk.io", "foo.dtk.io", "later.dtk.io"]);
  });
});

describe("the log", () => {
  test("is empty soon after a change", async () => {
    using here = await used();
    await using server = await here.startProcess();
    expect(await add(server, "new.dtk.io")).toBe(204);
    await expect.poll(() => statSync(here.log).size).toBe(0);
    await server.stop("SIGKILL");
    rmSync(here.log);
    await using again = await here.start();
    expect(await namesOf(again)).toHaveLength(3);
  });

  const rounds = Array.from({ length: 4 }, (_, round) => ({ round, at: Math.random() }));

  test.each(rounds)(
    "damaged at $at after a kill: all is there, or nothing is answered (round $round)",
    async ({ at, round }) => {
      using here = await used();
      const wanted = ["bar.dtk.io", "foo.dtk.io"];
      {
        await using server = await here.startProcess();
        for (let index = 0; index < 6; index += 1) {
          // Some changes show nothing new, and some remove what is shown.
          const name = `n${index}.dtk.io`;
          const create = index % 3 === 1 ? [ownership(name)] : [ingressEndpoint(name)];
          expect(await statusOf(postRecords(server.url, { create }))).toBe(204);
          wanted.push(name);
        }
        if (round % 2 === 1) {
          expect(await statusOf(postRecords(server.url, { delete: [ingressEndpoint("foo.dtk.io")] }))).toBe(204);
          wanted.splice(1, 1);
        }
        await server.stop("SIGKILL");
      }
      const before = here.hosts();
      const size = existsSync(here.log) ? statSync(here.log).size : 0;
      if (round === 0) truncateSync(here.log, 0);
      else if (size > 0) scramble(here.log, Math.floor(at * (size - 1)));
      await using server = await here.start();
      const answer = await curl(`${server.url}/records`);
      if (answer.status === 200) {
        expect(await namesOf(server)).toEqual(wanted.toSorted());
        return;
      }
      expect(await refusalOf(server)).toMatch(/^state-(?:lost|damaged)$/);
      expect(here.hosts()).toBe(before);
      expect(await here.recover()).toMatchObject({ exitCode: 0 });
      await isReady(server);
      expect(await add(server, ...wanted)).toBe(204);
    },
  );
});

function scramble(path: string, at: number): void {
  const bytes = readFileSync(path);
  for (let index = at; index < Math.min(bytes.length, at + 7); index += 1) bytes[index] = (bytes[index] ?? 0) ^ 0xa5;
  writeFileSync(path, bytes);
}
