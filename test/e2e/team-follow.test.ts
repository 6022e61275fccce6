/** A desktop follows a team's names on a real etcd, through cuts, compaction, absence and loss, and loses none of its own. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reportSchema } from "../../src/doctor/report.ts";
import { type Desktop, openDesktop, userLines } from "../cluster/desktop.ts";
import { type Door, openDoor } from "../cluster/door.ts";
import { eventually, freePort } from "../cluster/eventually.ts";
import { run } from "../cluster/program.ts";
import { type Server, runCommand, startServer } from "../cluster/server.ts";
import { type TeamTree, startTeamTree } from "../cluster/team-tree.ts";
import { externalDNSTool, tools } from "../cluster/tools.ts";

const launcher = join(import.meta.dirname, "..", "..", "hostsfile-server");

const started = new AsyncDisposableStack();
const tree = "com/example/dev";
let etcd: TeamTree;
let door: Door;
let desktop: Desktop;
let server: Server;

beforeAll(async () => {
  etcd = started.use(await startTeamTree(tools.etcd));
  door = started.use(await openDoor(etcd.port));
  desktop = started.use(await openDesktop());
  server = await startServer({ desktop, flags: [] });
  started.defer(async () => void (await server.stop()));
});

afterAll(() => started.disposeAsync());

/** As ExternalDNS writes an address. */
async function put(name: string, host: string): Promise<void> {
  await etcd.put(`${tree}/${name}/1a2b3c4d`, { host, ttl: 30, targetstrip: 1 });
}

async function remove(name: string): Promise<void> {
  await etcd.remove(`${tree}/${name}/1a2b3c4d`);
}

async function command(...words: readonly string[]): Promise<string> {
  return runCommand(desktop, ...words, `--port=${server.port}`, "--host=127.0.0.1");
}

/** Runs a command that must fail, and returns what it says. */
async function failing(...words: readonly string[]): Promise<string> {
  return command(...words).then(
    (output) => assert.fail(`it did not fail: ${output}`),
    (error: unknown) => String((error as { stderr?: string }).stderr ?? error),
  );
}

async function showsEventually(...lines: readonly string[]): Promise<void> {
  await eventually(async () => assert.deepEqual(await desktop.added(), lines));
}

async function team() {
  const { teams = [], attention } = await server.status();
  return { ...teams[0], codes: attention.map(({ code }) => code) };
}

async function isLive(): Promise<void> {
  await eventually(async () => assert.equal((await team()).state, "live"));
}

function link(): string {
  return `etcd://127.0.0.1:${door.port}`;
}

test("join shows what the team may do and what it would bring, and brings it", async () => {
  await put("foo", "10.0.0.1");
  await put("printer", "93.184.216.34");
  await etcd.put(`${tree}/broken/1`, "rubbish");
  await etcd.put(`${tree}/up/1`, { host: "10.0.0.9", targetstrip: 4 });
  const shown = await command("join", link(), "--domains=dev.example.com", "--dry-run");
  expect(shown).toContain("may have names in  dev.example.com");
  expect(shown).toContain("names              1 now");
  expect(shown).toContain("foo.dev.example.com  10.0.0.1");
  expect(shown).toContain("[team-outside-networks]");
  expect(await desktop.hosts()).toBe(userLines);
  expect(await failing("join", link(), "--domains=dev.example.com")).toContain("--yes");
  expect(await command("join", link(), "--domains=dev.example.com", "--yes")).toContain(
    "Joined. The team dev has 1 name",
  );
  expect(await desktop.added()).toEqual(["10.0.0.1 foo.dev.example.com"]);
  const { refused, relists, state } = await team();
  expect([state, relists]).toEqual(["live", { first: 1 }]);
  expect(refused).toEqual({ "team-outside-networks": 1, "team-broken-value": 1, "team-outside-domains": 1 });
});

test("names come, change and go, each marked as the team's", async () => {
  await put("bar", "10.0.0.2");
  await etcd.put(`${tree}/alias/1`, { host: "bar.dev.example.com", targetstrip: 1 });
  await showsEventually(
    "10.0.0.2 alias.dev.example.com",
    "10.0.0.2 bar.dev.example.com",
    "10.0.0.1 foo.dev.example.com",
  );
  await put("bar", "10.0.0.3");
  await showsEventually(
    "10.0.0.3 alias.dev.example.com",
    "10.0.0.3 bar.dev.example.com",
    "10.0.0.1 foo.dev.example.com",
  );
  const { names } = JSON.parse(await command("export", "--format=json")) as {
    names: { name: string; team?: string }[];
  };
  expect(names.every((name) => name.team === "dev")).toBe(true);
  await remove("bar");
  await etcd.remove(`${tree}/alias/1`);
  await showsEventually("10.0.0.1 foo.dev.example.com");
});

test("doctor says the key and its revision, and that nobody knows who wrote it", async () => {
  const place = [`--port=${server.port}`, `--hosts-file=${desktop.hostsFile}`, `--state-dir=${desktop.stateFolder}`];
  const words = ["doctor", "foo.dev.example.com", "--json", "--host=127.0.0.1", ...place];
  // The exit code is that of other steps, as nothing serves a page for the name.
  const output = await run([...desktop.enter, "sh", "-c", '"$@" || true', "sh", launcher, ...words]);
  const step = reportSchema.parse(JSON.parse(output)).checks.find(({ id }) => id === "name-sent");
  expect(step?.grade).toBe("ok");
  const { message, writings } = step?.findings[1] ?? assert.fail("nothing is said of the key");
  const key = `/skydns/${tree}/foo/1a2b3c4d`;
  const { kvs } = (await etcd.call("kv/range", { key: Buffer.from(key).toString("base64") })) as {
    kvs: readonly { mod_revision: string }[];
  };
  const revision = kvs[0]?.mod_revision;
  const via = `127.0.0.1:${door.port}`;
  expect(writings).toEqual({ team: "dev", via, writings: null, keys: [{ key, revision }] });
  expect(message).toBe(
    `The store at ${via} has it in ${key}, changed last at revision ${revision}. It does not record who wrote that, or when.`,
  );
});

test("after a cut it goes on where it was, without a new list", async () => {
  await door.close();
  await eventually(async () => assert.equal((await team()).state, "unreachable"));
  await put("while-away", "10.0.0.4");
  await remove("foo");
  expect(await desktop.added()).toEqual(["10.0.0.1 foo.dev.example.com"]);
  await door.open();
  await showsEventually("10.0.0.4 while-away.dev.example.com");
  await isLive();
  for (const host of ["10.0.0.5", "10.0.0.6", "10.0.0.7"]) {
    await put("while-away", host);
    door.cut();
    await showsEventually(`${host} while-away.dev.example.com`);
  }
  expect((await team()).relists).toEqual({ first: 1 });
});

test("what was compacted while it was away is listed again", async () => {
  await door.close();
  await put("foo", "10.0.0.1");
  await remove("while-away");
  await etcd.compact();
  await door.open();
  await showsEventually("10.0.0.1 foo.dev.example.com");
  expect((await team()).relists).toEqual({ first: 1, compacted: 1 });
});

test("a start without the store shows the last names, and says since when", async () => {
  await server.stop();
  await etcd.stop();
  server = await startServer({ desktop, flags: [], port: server.port });
  expect(await desktop.added()).toEqual(["10.0.0.1 foo.dev.example.com"]);
  await eventually(async () => assert.equal((await team()).state, "unreachable"));
  expect((await team()).staleSince).not.toBeNull();
  await etcd.start();
  await isLive();
  await put("foo", "10.0.0.8");
  await showsEventually("10.0.0.8 foo.dev.example.com");
  expect((await team()).relists).toEqual({});
});

test("after an older snapshot was put back everything is listed again", async () => {
  await etcd.stop();
  await etcd.save();
  await etcd.start();
  await isLive();
  for (const host of ["10.0.0.11", "10.0.0.12"]) await put("foo", host);
  await showsEventually("10.0.0.12 foo.dev.example.com");
  await etcd.stop();
  await etcd.restore();
  await etcd.start();
  await showsEventually("10.0.0.8 foo.dev.example.com");
  await isLive();
  expect((await team()).relists).toEqual({ older: 1 });
});

test("an empty store of another cluster is not the team's, until the user says so", async () => {
  await etcd.stop();
  await etcd.start({ isWiped: true });
  await eventually(async () => assert((await team()).codes.includes("team-other-store")));
  expect(await desktop.added()).toEqual(["10.0.0.8 foo.dev.example.com"]);
  await put("foo", "10.0.0.9");
  expect(await command("join", link(), "--domains=dev.example.com", "--name=dev", "--yes")).toContain("Joined");
  await showsEventually("10.0.0.9 foo.dev.example.com");
});

test("a name of a cluster, and one in a line of the user's, stay as they are", async () => {
  await command("leave", "dev", "--yes");
  expect(await desktop.hosts()).toBe(userLines);
  await etcd.put("lan/printer/1", { host: "10.0.0.1", targetstrip: 1 });
  await server.request("POST", "/clusters/kind/domains", "dev.example.com");
  await server.request("POST", "/clusters/kind/clusterip", "192.168.122.9");
  const body = JSON.stringify({
    create: [{ dnsName: "foo.dev.example.com", recordType: "A", targets: ["192.168.122.9"] }],
  });
  const media = "application/external.dns.webhook+json;version=1";
  const header = `content-type: ${media}`;
  await run(["curl", "-sS", "-H", header, "-d", body, `${server.url}/clusters/kind/records`]);
  await showsEventually("192.168.122.9 foo.dev.example.com");
  const shown = await command("join", link(), "--domains=dev.example.com", "--yes");
  expect(shown).toContain("foo.dev.example.com, which kind has");
  expect(await desktop.added()).toEqual(["192.168.122.9 foo.dev.example.com"]);
  await eventually(async () => assert.equal((await team()).shadowed, 1));
  await server.request("DELETE", "/clusters/kind");
  await showsEventually("10.0.0.9 foo.dev.example.com");
});

test("what a team writes with the real ExternalDNS is what the desktop shows", async () => {
  await remove("foo");
  await command("leave", "dev", "--yes");
  await run(
    [
      externalDNSTool("v0.21.0"),
      "--source=fake",
      "--provider=coredns",
      "--coredns-prefix=/skydns/",
      "--registry=txt",
      "--txt-owner-id=team",
      "--once",
    ],
    { environment: { ETCD_URLS: `http://127.0.0.1:${etcd.port}` } },
  );
  const written = [...(await etcd.list("com/example/"))].flatMap(([key, value]) => {
    const { host, targetstrip } = JSON.parse(value) as { host?: string; targetstrip?: number };
    const labels = key.split("/").slice(2, targetstrip === 1 ? -1 : undefined);
    return host === undefined ? [] : [`${host} ${labels.toReversed().join(".")}`];
  });
  expect(written.length).toBeGreaterThan(5);
  await command("join", link(), "--domains=example.com", "--team-networks=192.0.2.0/24", "--name=dev", "--yes");
  const byName = (lines: readonly string[]): readonly string[] => [...new Set(lines)].toSorted();
  expect(byName(await desktop.added())).toEqual(byName(written));
});

test("a team that lost most of its names is shown so, and the list before can be taken back", async () => {
  await command("leave", "dev", "--yes");
  for (const [key] of await etcd.list(`${tree}/`)) await etcd.remove(key.slice("/skydns/".length));
  for (let index = 0; index < 30; index += 1) await put(`n${index}`, "10.0.0.1");
  await command("join", link(), "--domains=dev.example.com", "--yes");
  expect(await desktop.added()).toHaveLength(30);
  await door.close();
  for (let index = 1; index < 30; index += 1) await remove(`n${index}`);
  await etcd.compact();
  await door.open();
  await showsEventually("10.0.0.1 n0.dev.example.com");
  expect((await team()).codes).toContain("team-shrunk");
  expect(await command("team", "undo", "dev")).toContain("30 names");
  expect(await desktop.added()).toHaveLength(30);
  expect((await team()).state).toBe("held");
  await command("team", "follow", "dev");
  await showsEventually("10.0.0.1 n0.dev.example.com");
});

test("leave takes everything back", async () => {
  await command("leave", "dev", "--yes");
  expect(await desktop.hosts()).toBe(userLines);
  expect((await server.status()).teams).toBeUndefined();
});

test("a user of etcd reads with a password what its role allows, and no more", async () => {
  await using secured = await startTeamTree(tools.etcd);
  await secured.put(`${tree}/foo/1`, { host: "10.0.0.1", targetstrip: 1 });
  const [key, end] = [`/skydns/${tree}/`, `/skydns/${tree}0`].map((text) => Buffer.from(text).toString("base64"));
  for (const user of ["root", "reader"]) await secured.call("auth/user/add", { name: user, password: `${user}-word` });
  for (const role of ["root", "dev"]) await secured.call("auth/role/add", { name: role });
  await secured.call("auth/role/grant", { name: "dev", perm: { permType: "READ", key, range_end: end } });
  await secured.call("auth/user/grant", { user: "root", role: "root" });
  await secured.call("auth/user/grant", { user: "reader", role: "dev" });
  await secured.call("auth/enable", {});
  const passwordFile = join(desktop.stateFolder, "..", "password");
  await writeFile(passwordFile, "wrong\n", { mode: 0o600 });
  const place = `etcd://127.0.0.1:${secured.port}`;
  const login = ["--team-user=reader", `--team-password-file=${passwordFile}`, "--yes"];
  expect(await failing("join", place, "--domains=dev.example.com", "--yes")).toMatch(
    /does not know who calls|does not allow/,
  );
  expect(await failing("join", place, "--domains=dev.example.com", ...login)).toContain("does not know who calls");
  await writeFile(passwordFile, "reader-word\n");
  expect(await failing("join", place, "--domains=example.com", ...login)).toContain("does not allow it");
  await command("join", place, "--domains=dev.example.com", ...login);
  expect(await desktop.added()).toEqual(["10.0.0.1 foo.dev.example.com"]);
  expect(JSON.stringify(await server.status())).not.toContain("reader-word");
  await command("leave", "dev", "--yes");
  expect(await desktop.hosts()).toBe(userLines);
});

describe("bad input gets one sentence and what to do", () => {
  test("nobody there", async () => {
    const message = await failing("join", `etcd://127.0.0.1:${await freePort()}`, "--domains=dev.example.com", "--yes");
    expect(message).toMatch(/does not answer/);
  });

  test("a tree that is not SkyDNS", async () => {
    await etcd.put("org/other/a", "not json");
    expect(await failing("join", link(), "--domains=other.org", "--yes")).toContain("is not in SkyDNS layout");
  });

  test.each(["com", "co.uk", "localhost", "printer.local"])("the domain %s", async (domain) => {
    expect(await failing("join", link(), `--domains=${domain}`, "--yes")).toContain("cannot be a team's");
  });

  test("no domain, a wrong address, and a plain connection to elsewhere", async () => {
    expect(await failing("join", link(), "--yes")).toContain("in which domains");
    expect(await failing("join", "http://x", "--domains=dev.example.com", "--yes")).toContain(
      "is neither an invitation nor an address of etcd",
    );
  });

  test("a team that is not joined", async () => {
    expect(await failing("leave", "nobody", "--yes")).toContain("The team nobody is not joined; none is.");
    expect(await failing("team", "undo", "nobody")).toContain("is not joined");
  });
});
