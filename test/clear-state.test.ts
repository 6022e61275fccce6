/** `clear` takes every line away whatever the state of the saved records is, and never says so while one is left. */
import { readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseAddress } from "../src/records/address.ts";
import { parseManagedDomain } from "../src/records/managed-domain.ts";
import { finish } from "../src/base/steps.ts";
import { parseTeamName } from "../src/records/team-name.ts";
import { openStore } from "../src/store/open.ts";
import { type ServerHere, runHere, startHere } from "./support/here.ts";
import { curl, ingressEndpoint, postRecords } from "./support/http.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const users = "127.0.0.1 localhost\n# mine\n";

interface Desktop extends Disposable {
  readonly stateFolder: string;
  readonly database: string;
  readonly hostsFile: string;
  readonly hosts: () => string;
  readonly start: () => Promise<ServerHere>;
  readonly clear: (server: ServerHere | undefined, ...more: string[]) => ReturnType<typeof runHere>;
}

/** A desktop on which two names are shown, by a server that has ended. */
async function used(): Promise<Desktop> {
  const folder = temporaryFolder();
  const [hostsFile, stateFolder] = [join(folder.path, "hosts"), join(folder.path, "state")];
  writeFileSync(hostsFile, users);
  const flags = [`--hosts-file=${hostsFile}`, `--state-dir=${stateFolder}`];
  const here = {
    stateFolder,
    hostsFile,
    database: join(stateFolder, "records.sqlite"),
    hosts: () => readFileSync(hostsFile, "utf8"),
    start: async () => startHere(flags),
    clear: async (server: ServerHere | undefined, ...more: string[]) =>
      runHere(["clear", `--port=${server?.port ?? 1}`, ...flags, ...more]),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
  await using server = await startHere(["--cluster-ip=192.0.2.7", "--domains=dtk.io", ...flags]);
  const create = ["bar.dtk.io", "foo.dtk.io"].map(ingressEndpoint);
  expect((await postRecords(server.url, { create })).status).toBe(204);
  return here;
}

const gone = { exitCode: 0, output: expect.stringContaining("No line of ours is left in the hosts file.") };

const states: [string, (here: Desktop) => void][] = [
  ["damaged", ({ database }) => truncateSync(database, 6000)],
  ["emptied", ({ database }) => truncateSync(database, 0)],
  ["missing", ({ stateFolder }) => rmSync(stateFolder, { recursive: true })],
  ["without a database", ({ database }) => rmSync(database)],
  [
    "of another server",
    ({ hostsFile }) => {
      const text = readFileSync(hostsFile, "utf8");
      writeFileSync(hostsFile, text.replace(/state=[0-9a-f]{16}/, `state=${"0".repeat(16)}`));
    },
  ],
];

describe.each(states)("with the saved records %s", (state, spoil) => {
  test.each(["stopped", "running"])("no line is left (%s)", async (mode) => {
    using here = await used();
    spoil(here);
    const server = mode === "running" ? await here.start() : undefined;
    if (server !== undefined) {
      expect((await curl(`${server.url}/readyz`)).status).toBe(503);
      expect(here.hosts()).toContain("192.0.2.7 foo.dtk.io");
    }
    const { exitCode, output, talk } = await here.clear(server);
    expect({ exitCode, output }).toMatchObject(gone);
    expect(talk.includes("hostsfile-server recover")).toBe(state === "damaged" || state === "emptied");
    expect(here.hosts()).toBe(users);
    if (server === undefined) return;
    const isUsable = !talk.includes("recover");
    await expect.poll(async () => (await curl(`${server.url}/readyz`)).status).toBe(isUsable ? 200 : 503);
    if (isUsable) expect((await curl(`${server.url}/records`)).text).toBe("[]");
    expect(here.hosts()).toBe(users);
    await server.stop();
  });

  test("one cluster cannot be told from the others, and nothing is changed", async () => {
    using here = await used();
    spoil(here);
    const before = here.hosts();
    await using server = await here.start();
    const { exitCode, output, talk } = await here.clear(server, "--cluster=default");
    expect([exitCode, output]).toEqual([3, ""]);
    expect(talk).toContain("recover");
    expect(here.hosts()).toBe(before);
  });
});

test("the folder goes while the server runs: no line is left, and the server goes on", async () => {
  using here = await used();
  await using server = await here.start();
  renameSync(here.stateFolder, `${here.stateFolder}.away`);
  expect(await here.clear(server)).toMatchObject(gone);
  expect(here.hosts()).toBe(users);
  await expect.poll(async () => (await curl(`${server.url}/readyz`)).status).toBe(200);
});

test.each(["stopped", "running"])("a line that cannot be removed is never said to be gone (%s)", async (mode) => {
  using here = await used();
  const server = mode === "running" ? await here.start() : undefined;
  // Half of a block, and a line in it that may be the user's.
  await server?.stop();
  const halved = here.hosts().replace("# END hostsfile-server\n", "192.0.2.9 mine.dtk.io\n");
  writeFileSync(here.hostsFile, halved);
  truncateSync(here.database, 6000);
  const again = mode === "running" ? await here.start() : undefined;
  const { exitCode, output, talk } = await here.clear(again);
  expect([exitCode, output]).toEqual([3, ""]);
  expect(talk).toContain("may be yours");
  expect(here.hosts()).toBe(halved);
  await again?.stop();
});

test("records that another server uses stay, the lines go, and it is said", async () => {
  using here = await used();
  using elsewhere = await used();
  await using server = await elsewhere.start();
  const flags = [`--hosts-file=${here.hostsFile}`, `--state-dir=${elsewhere.stateFolder}`];
  const { exitCode, output, talk } = await runHere(["clear", "--port=1", ...flags]);
  expect(output).toContain("No line of ours is left");
  expect(exitCode).toBe(3);
  expect(talk).toContain("Another hostsfile-server uses the state folder");
  expect(here.hosts()).toBe(users);
  expect(JSON.parse((await curl(`${server.url}/records`)).text)).toHaveLength(2);
});

test.each(["stopped", "running"])("a team is left, with its names and its credentials (%s)", async (mode) => {
  using here = await used();
  const open = () => openStore({ folder: here.stateFolder, now: Date.now });
  const [name, domain, address] = [parseTeamName("dev"), parseManagedDomain("dev.test"), parseAddress("10.0.0.1")];
  if (name === undefined || domain === undefined || address === undefined)
    throw new Error("the test's own value is wrong");
  {
    using store = open();
    // Nobody listens there, so that the team stays as it is.
    const link = { url: "etcd://127.0.0.1:1", isInsecure: false };
    store.teams.join(name, { domains: [domain], networks: [], mostNames: 9, link });
    const entry = { name: "foo.dev.test", addresses: [address], others: [], ttl: 1, resource: undefined, refused: [] };
    const position = { cluster: "1", revision: "1", term: "1" };
    finish(store.teams.replaceInSteps(name, [{ entry, keys: [] }], { position, keepsPrevious: false }));
  }
  {
    await using server = mode === "running" ? await here.start() : undefined;
    if (server !== undefined) expect(here.hosts()).toContain("10.0.0.1 foo.dev.test");
    expect(await here.clear(server)).toMatchObject(gone);
  }
  expect(here.hosts()).toBe(users);
  using store = open();
  expect(store.teams.list()).toEqual([]);
});
