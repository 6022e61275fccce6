/** The store of a team falls ill in every way that etcd knows: each is said with its own code, costs nothing that was acknowledged, and passes. */
import { existsSync } from "node:fs";
import { cp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { carryAll, layBadWire } from "../cluster/bad-wire.ts";
import { openSigner } from "../cluster/certificates.ts";
import { type Desktop, openDesktop } from "../cluster/desktop.ts";
import { type EtcdCluster, startEtcdCluster } from "../cluster/etcd.ts";
import { eventually } from "../cluster/eventually.ts";
import { type Server, runCommand, startServer } from "../cluster/server.ts";
import { type TeamServer, configure, runTeamCommand, startTeamServer, storeFlags } from "../cluster/team-server.ts";
import { etcdTool } from "../cluster/tools.ts";
import { ingressEndpoint } from "../support/http.ts";

/** Values that are made up for the fuzzed store: `TEAM_FUZZ=20000` takes some minutes. */
const fuzzed = Number(process.env["TEAM_FUZZ"] ?? 150);
const seed = Number(process.env["TEAM_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

const create = (...names: readonly string[]): object => ({ create: names.map(ingressEndpoint) });
const encode = (text: string): string => Buffer.from(text).toString("base64");

interface Scene extends AsyncDisposable {
  readonly etcd: EtcdCluster;
  readonly server: TeamServer;
  readonly desktop: Desktop;
  readonly desktopServer: Server;
  readonly codes: () => Promise<readonly string[]>;
}

/** One member, a team server, and a desktop that follows the projection. */
async function openScene(
  options: {
    readonly etcdFlags?: readonly string[];
    readonly prepare?: (
      etcd: EtcdCluster,
    ) => Promise<{ readonly server: readonly string[]; readonly join: readonly string[] }>;
  } = {},
): Promise<Scene> {
  await using stack = new AsyncDisposableStack();
  const etcd = stack.use(await startEtcdCluster({ members: 1, flags: options.etcdFlags ?? [] }));
  await runTeamCommand("team", "init", "dev", ...storeFlags(etcd));
  const flags = (await options.prepare?.(etcd)) ?? { server: [], join: [] };
  const server = await startTeamServer({ etcd, flags: flags.server });
  stack.defer(async () => void (await server.stop()));
  await configure(server, "a", "192.168.1.1", "dev.example.com");
  expect(await server.post("a", create("foo.dev.example.com"))).toBe(204);
  const desktop = stack.use(await openDesktop());
  const desktopServer = await startServer({ desktop, flags: [] });
  stack.defer(async () => void (await desktopServer.stop()));
  const place = [`--port=${desktopServer.port}`, "--host=127.0.0.1"];
  await runCommand(desktop, "join", etcd.url, "--domains=dev.example.com", "--yes", ...place, ...flags.join);
  expect(await desktop.added()).toEqual(["192.168.1.1 foo.dev.example.com"]);
  const owned = stack.move();
  return {
    etcd,
    server,
    desktop,
    desktopServer,
    codes: async () => (await server.status()).attention.map(({ code }) => code),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Everything works again: a name goes from a server through etcd to the desktop. */
async function isWell({ server, desktop }: Scene, name: string): Promise<void> {
  await eventually(async () => expect(await server.post("a", create(name))).toBe(204));
  await eventually(async () => expect(await desktop.added()).toContain(`192.168.1.1 ${name}`));
  await eventually(async () => expect((await server.get("/readyz")).status).toBe(200));
}

/** A value that is too long for a command line. */
async function fill({ members }: EtcdCluster, key: string): Promise<void> {
  const body = JSON.stringify({ key: encode(key), value: encode("x".repeat(1_000_000)) });
  await fetch(`http://${members[0]?.place}/v3/kv/put`, { method: "POST", body });
}

test("a full quota, and a member that calls itself corrupt", async () => {
  await using scene = await openScene({ etcdFlags: ["--quota-backend-bytes=8388608"] });
  const { etcd, server, desktop, codes } = scene;
  for (let index = 0; index < 20; index += 1) await fill(etcd, `/filler/${index % 2}`);
  await eventually(async () => expect(await server.post("a", create("late.dev.example.com"))).toBe(503));
  await eventually(async () => expect(await codes()).toContain("team-no-space"));
  // Reading goes on.
  expect(await server.names("a")).toEqual(["foo.dev.example.com"]);
  expect(await desktop.added()).toEqual(["192.168.1.1 foo.dev.example.com"]);
  const [member] = etcd.members;
  for (const key of ["/filler/0", "/filler/1"]) await etcd.delete(key);
  await etcd.compact();
  await etcd.call("maintenance/defragment", {});
  const { alarms } = (await etcd.call("maintenance/alarm", { action: "GET" })) as {
    readonly alarms: readonly { readonly memberID: string; readonly alarm: string }[];
  };
  expect(alarms.map(({ alarm }) => alarm)).toEqual(["NOSPACE"]);
  for (const { memberID } of alarms) {
    await etcd.call("maintenance/alarm", { action: "DEACTIVATE", memberID, alarm: "NOSPACE" });
  }
  await isWell(scene, "late.dev.example.com");

  const memberID = alarms[0]?.memberID;
  await etcd.call("maintenance/alarm", { action: "ACTIVATE", memberID, alarm: "CORRUPT" });
  await eventually(async () => expect(await server.post("a", create("corrupt.dev.example.com"))).toBe(503));
  await eventually(async () =>
    expect(await codes()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^(?:etcd-corrupt|team-corrupt-alarm)$/)]),
    ),
  );
  expect((await desktop.added()).length).toBe(2);
  // It answers nobody, so the alarm is taken away where it is kept.
  expect(member).toBeDefined();
  await etcd.call("maintenance/alarm", { action: "DEACTIVATE", memberID, alarm: "CORRUPT" });
  await isWell(scene, "well.dev.example.com");
});

test("an older snapshot put back, with and without a revision beyond all others, and a data folder that is wiped", async () => {
  await using scene = await openScene();
  const { etcd, server, desktop, desktopServer, codes } = scene;
  const [member] = etcd.members;
  if (member === undefined) throw new Error("no member");
  const saved = `${member.folder}.saved`;
  await member.kill();
  await cp(member.folder, saved, { recursive: true });
  await member.start();
  const putBack = async (): Promise<void> => {
    await member.kill();
    await rm(member.folder, { recursive: true });
    await cp(saved, member.folder, { recursive: true });
    await member.start();
  };
  await isWell(scene, "after.dev.example.com");
  await putBack();
  // What came after the snapshot is gone with it, and ExternalDNS, which finds it missing, sends it again.
  await eventually(async () => expect(await server.names("a")).toEqual(["foo.dev.example.com"]));
  await eventually(async () => expect(await desktop.added()).toEqual(["192.168.1.1 foo.dev.example.com"]));
  await isWell(scene, "after.dev.example.com");
  // As etcdutl does with --bump-revision and --mark-compacted before anybody sees it: newer than all, and without history.
  for (const { pid } of [server, desktopServer]) process.kill(pid, "SIGSTOP");
  await putBack();
  for (let index = 0; index < 60; index += 1) await eventually(() => etcd.put("/bump", String(index)));
  await etcd.compact();
  for (const { pid } of [server, desktopServer]) process.kill(pid, "SIGCONT");
  await eventually(async () => expect(await server.names("a")).toEqual(["foo.dev.example.com"]));
  await eventually(async () => expect(await desktop.added()).toEqual(["192.168.1.1 foo.dev.example.com"]));
  await isWell(scene, "bumped.dev.example.com");

  await member.kill();
  await rm(member.folder, { recursive: true });
  await member.start();
  await eventually(async () => expect(await codes()).toContain("team-replaced"));
  expect(await server.post("a", create("wiped.dev.example.com"))).toBe(503);
  await eventually(async () => {
    const { teams = [] } = await desktopServer.status();
    expect(teams[0]?.state).not.toBe("live");
  });
  const kept = ["192.168.1.1 bumped.dev.example.com", "192.168.1.1 foo.dev.example.com"];
  expect(await desktop.added()).toEqual(kept);
  expect((await server.status()).names.total).toBe(2);
  expect([...(await etcd.list("/"))]).toEqual([]);
  await rm(saved, { recursive: true });
});

test("a role that is taken away, and tokens that end while a watch runs", async () => {
  const role = async (etcd: EtcdCluster): Promise<void> => {
    const grant = (key: string, end: string): Promise<unknown> =>
      etcd.call("auth/role/grant", {
        name: "team",
        perm: { permType: "READWRITE", key: encode(key), range_end: encode(end) },
      });
    await grant("/hostsfile-server/v1/", "/hostsfile-server/v10");
    await grant("/skydns/", "/skydns0");
  };
  let token = "";
  await using scene = await openScene({
    etcdFlags: ["--auth-token-ttl=1"],
    prepare: async (etcd) => {
      for (const name of ["root", "team"]) await etcd.call("auth/user/add", { name, password: name });
      for (const name of ["root", "team"]) await etcd.call("auth/role/add", { name });
      for (const name of ["root", "team"]) await etcd.call("auth/user/grant", { user: name, role: name });
      await role(etcd);
      await etcd.call("auth/enable", {});
      const file = `${etcd.members[0]?.folder}.password`;
      await import("node:fs/promises").then(({ writeFile }) => writeFile(file, "team\n"));
      return {
        server: ["--store-user=team", `--store-password-file=${file}`],
        join: ["--team-user=team", `--team-password-file=${file}`],
      };
    },
  });
  const { etcd, server, codes } = scene;
  const asRoot = async (path: string, body: object): Promise<void> => {
    const place = etcd.members[0]?.place ?? "";
    const post = async (to: string, data: object): Promise<Record<string, unknown>> => {
      const answer = await fetch(`http://${place}/v3/${to}`, {
        method: "POST",
        headers: { authorization: token },
        body: JSON.stringify(data),
      });
      return (await answer.json()) as Record<string, unknown>;
    };
    ({ token } = (await post("auth/authenticate", { name: "root", password: "root" })) as { token: string });
    const { error } = await post(path, body);
    expect(error).toBeUndefined();
  };
  // The token lives for a second.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  await isWell(scene, "token.dev.example.com");
  await asRoot("auth/role/revoke", {
    role: "team",
    key: encode("/hostsfile-server/v1/"),
    range_end: encode("/hostsfile-server/v10"),
  });
  await eventually(async () => expect(await server.post("a", create("denied.dev.example.com"))).toBe(503));
  const { text } = await server.get("/clusters/a/records");
  expect(text).toContain("does not allow it");
  const perm = {
    permType: "READWRITE",
    key: encode("/hostsfile-server/v1/"),
    range_end: encode("/hostsfile-server/v10"),
  };
  await asRoot("auth/role/grant", { name: "team", perm });
  await isWell(scene, "granted.dev.example.com");
  expect(await codes()).not.toContain("etcd-denied");
});

test("a certificate that has expired is said, and a renewed one is taken up without a restart", async () => {
  await using etcd = await startEtcdCluster({ members: 1, isEncrypted: true });
  const { certificates } = etcd;
  const [member] = etcd.members;
  if (certificates === undefined || member === undefined) throw new Error("no certificates");
  const folder = dirname(certificates.authority);
  const authority = { certificate: certificates.authority, key: join(folder, "ca.key") };
  const { sign, key } = await openSigner(join(folder, "renewed"), "/CN=team", authority);
  const certificate = await sign("valid");
  await runTeamCommand("team", "init", "dev", ...storeFlags(etcd));
  await using server = await startTeamServer({
    etcd: { url: etcd.url, certificates: { authority: certificates.authority, certificate, key } },
  });
  await configure(server, "a", "192.168.1.1", "dev.example.com");
  expect(await server.post("a", create("foo.dev.example.com"))).toBe(204);
  const reconnected = async (): Promise<void> => {
    await member.kill();
    await member.start();
  };
  await sign("over");
  await reconnected();
  await eventually(async () => {
    const { attention } = await server.status();
    expect(attention.map(({ code, message }) => `${code} ${message}`).join("\n")).toMatch(/certificate/i);
  });
  expect(await server.post("a", create("late.dev.example.com"))).toBe(503);
  expect((await server.status()).names.total).toBe(1);
  await sign("valid");
  await eventually(async () => expect(await server.post("a", create("late.dev.example.com"))).toBe(204));
  await eventually(async () => expect((await server.get("/readyz")).status).toBe(200));
});

test("history that is thrown away again and again while everything is listed over a slow wire", async () => {
  await using scene = await openScene();
  const { etcd, server } = scene;
  const names = Array.from(
    { length: Number(process.env["TEAM_LISTED"] ?? 2_500) },
    (_, index) => `n${index}.dev.example.com`,
  );
  await eventually(async () => expect(await server.post("a", create(...names))).toBe(204));
  await using wire = await layBadWire(Number(etcd.members[0]?.place.split(":")[1]));
  wire.carry = (bytes) => ({ at: Math.min(bytes.length, 8_192), isCut: false });
  const late = await startTeamServer({ etcd: { ...etcd, url: `etcd://127.0.0.1:${wire.port}` }, until: "answering" });
  await using _late = late;
  for (let round = 0; round < 10; round += 1) {
    expect(await server.post("a", create(`round${round}.dev.example.com`))).toBe(204);
    await etcd.compact();
  }
  wire.carry = carryAll;
  await eventually(async () => expect(await late.names("a")).toHaveLength(names.length + 11));
  expect(await late.names("a")).toEqual(await server.names("a"));
});

describe("hostile keys and values", () => {
  const odd = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.constantFrom("", "..", "*", "any", "localhost", "foo", "x y", "a\n127.0.0.1 bank.example", "\u202e", "ä", "A"),
  );
  const label = fc.oneof({ weight: 3, arbitrary: fc.stringMatching(/^[a-z0-9-]{1,8}$/) }, odd);
  const host = fc.oneof(
    odd,
    fc.ipV4(),
    fc.ipV6(),
    fc.constantFrom("127.0.0.1", "::1", "93.184.216.34", "192.168.1.9", "10.0.0.1 evil", "foo.dev.example.com"),
  );
  const value = fc.oneof(
    odd,
    fc.json(),
    fc
      .record(
        {
          host,
          text: odd,
          ttl: fc.oneof(fc.integer(), odd),
          targetstrip: fc.oneof(fc.integer({ min: -2, max: 9 }), odd),
          group: odd,
          cluster: odd,
          resource: odd,
          priority: fc.anything(),
        },
        { requiredKeys: [] },
      )
      .map((record) => JSON.stringify(record) ?? ""),
    fc
      .record({
        dnsName: odd,
        recordType: fc.constantFrom("A", "CNAME", "TXT", "\n"),
        targets: fc.oneof(fc.array(host), odd),
      })
      .map((endpoint) => JSON.stringify({ "external-dns": [endpoint], watch: {} })),
  );
  const tail = fc.array(label, { maxLength: 4 }).map((labels) => labels.join("/"));
  const key = fc.oneof(
    tail.map((text) => `/skydns/com/example/dev/${text}`),
    tail.map((text) => `/skydns/${text}`),
    fc
      .tuple(tail, fc.constantFrom("hfs4", "hfs6", "hfs0", "hfs4-2"))
      .map(([text, last]) => `/skydns/com/example/dev/${text}/${last}`),
    fc
      .tuple(fc.constantFrom("clusters", "heads", "records/a", "records"), tail)
      .map((parts) => `/hostsfile-server/v1/${parts.join("/")}`),
  );

  test(`no line is added by any, seed ${seed}`, { timeout: 600_000 }, async () => {
    await using scene = await openScene();
    const { etcd, server, desktop } = scene;
    const before = await server.names("a");
    const written = fc.sample(fc.tuple(key, value), { seed, numRuns: fuzzed });
    for (const [place, text] of written) {
      await etcd.put(place, text).catch(() => undefined);
      if (Math.random() < 0.05) await etcd.delete(place).catch(() => undefined);
    }
    await isWell(scene, "afterwards.dev.example.com");
    const lines = await desktop.added();
    const odds = lines.filter(
      (line) =>
        !/^(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01])|100|f[cd][0-9a-f]{2}:)[0-9a-f.:]* [a-z0-9.-]+\.dev\.example\.com$/.test(
          line,
        ),
    );
    expect(odds, `seed ${seed}`).toEqual([]);
    expect((await desktop.hosts()).includes("bank.example ")).toBe(false);
    expect(await server.names("a")).toEqual([...before, "afterwards.dev.example.com"].toSorted());
    // Those that start only now read the same.
    await using other = await startTeamServer({ etcd });
    expect(await other.names("a")).toEqual(await server.names("a"));
    const status = await other.status();
    expect(status.attention.filter(({ code }) => code === "internal-error")).toEqual([]);
    expect(status.names.list.map(({ name }) => name).every((name) => /^[a-z0-9.-]+$/.test(name))).toBe(true);
  });
});

test.runIf(existsSync(etcdTool("v3.7.3")))(
  "a member of etcd that is upgraded takes its data along (needs etcd v3.7.3: node test/cluster/build.ts)",
  async () => {
    await using etcd = await startEtcdCluster({ members: 1, program: etcdTool("v3.6.5") });
    await runTeamCommand("team", "init", "dev", ...storeFlags(etcd));
    await using server = await startTeamServer({ etcd });
    await configure(server, "a", "192.168.1.1", "dev.example.com");
    expect(await server.post("a", create("foo.dev.example.com"))).toBe(204);
    const [member] = etcd.members;
    await member?.kill();
    await member?.start(etcdTool("v3.7.3"));
    await eventually(async () => expect(await server.post("a", create("bar.dev.example.com"))).toBe(204));
    expect(await server.names("a")).toEqual(["bar.dev.example.com", "foo.dev.example.com"]);
  },
);
