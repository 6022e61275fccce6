/** Types what the page for operators tells them to type: three members with certificates, a team, backup, restore, upgrade. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, rename, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { userLines } from "../cluster/desktop.ts";
import { mountsOfItsOwn } from "../cluster/documented-desktop.ts";
import { eventually } from "../cluster/eventually.ts";
import { type Namespaces, addAddress, openNamespaces } from "../cluster/namespaces.ts";
import { type Program, run, startProgram } from "../cluster/program.ts";
import { etcdTool, etcdVersions, tools } from "../cluster/tools.ts";
import { fencesOf, readPage } from "../support/markdown.ts";
import { ingressEndpoint } from "../support/http.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const needed = [tools.etcdctl, tools.etcdutl, ...etcdVersions.map(etcdTool)];
const missing = needed.find((path) => !existsSync(path));
const blocks = fencesOf(readPage("docs/team-operations.md")).filter(({ language }) => language === "sh");
const typed = new Set<string>();
const members = ["e1", "e2", "e3"] as const;
const [older, newer] = etcdVersions;
const media = "content-type: application/external.dns.webhook+json;version=1";

/** The block that has a text. */
function block(text: string): string {
  const found = blocks.find(({ code }) => code.includes(text));
  assert(found !== undefined, `the page has no block with ${text}`);
  typed.add(found.code);
  return found.code;
}

describe.skipIf(missing !== undefined)(`the page for operators (${missing ?? "all tools are there"})`, () => {
  const opened = new AsyncDisposableStack();
  const running = new Map<string, Program>();
  let place: Namespaces;
  let folder: string;
  let server: Program;
  let environment: Record<string, string>;

  beforeAll(async () => {
    folder = opened.use(temporaryFolder()).path;
    await Promise.all(["bin", "home"].map((name) => mkdir(join(folder, name))));
    const launcher = join(import.meta.dirname, "..", "..", "hostsfile-server");
    for (const program of [tools.etcdctl, tools.etcdutl]) {
      await symlink(program, join(folder, "bin", program.split("/").at(-1) ?? ""));
    }
    await symlink(launcher, join(folder, "bin", "hostsfile-server"));
    await install(older);
    place = opened.use(await openNamespaces("machine"));
    const names = members.map((name, index) => `192.0.2.1${index + 1} ${name}.example.com\n`).join("");
    environment = { D: folder, HOSTS: `${userLines}\n${names}`, PATH: `${folder}/bin:${process.env["PATH"] ?? ""}` };
    await run([...place.enter, "sh", "-ec", mountsOfItsOwn], { environment });
    for (const index of [1, 2, 3]) await addAddress(place, `192.0.2.1${index}`);
    opened.defer(async () => {
      await server?.stop("SIGKILL");
      for (const member of running.values()) await member.stop("SIGKILL");
    });
  });
  afterAll(() => opened.disposeAsync());

  async function install(version: (typeof etcdVersions)[number]): Promise<void> {
    await symlink(etcdTool(version), join(folder, "bin", "etcd.new"));
    await rename(join(folder, "bin", "etcd.new"), join(folder, "bin", "etcd"));
  }

  const shell = (code: string): string[] => [
    ...place.enter,
    "bash",
    // With a socket as its input it would read the settings of a login.
    "--norc",
    "-euo",
    "pipefail",
    "-c",
    `cd ${folder}/home\n${code}`,
  ];
  const type = async (code: string): Promise<string> => run(shell(code), { environment });

  /** With what the page exports, etcdctl needs no flags. */
  const withAccess = async (code: string): Promise<string> => {
    const exports = block("etcdctl auth enable").match(/^export .*$/gm) ?? [];
    return type([...exports, code].join("\n"));
  };

  /** The block with the first line of this member. */
  const own = (code: string, name: string): string =>
    code.replace(/^NAME=.*$/m, `NAME=${name} ADDRESS=192.0.2.1${members.findIndex((each) => each === name) + 1}`);

  async function start(name: string): Promise<void> {
    running.set(name, await startProgram(shell(own(block("exec etcd"), name)), { environment }));
  }

  async function isHealthy(): Promise<void> {
    await eventually(async () => withAccess("etcdctl endpoint health"));
  }

  async function ask(path: string, ...parameters: readonly string[]): Promise<string> {
    return run([...place.enter, "curl", "-sS", ...parameters, `http://127.0.0.1:5000${path}`]);
  }

  async function post(change: object): Promise<string> {
    const body = JSON.stringify(change);
    return ask("/clusters/a/records", "-o", "/dev/null", "-w", "%{http_code}", "-H", media, "-d", body);
  }

  async function records(): Promise<string> {
    return ask("/clusters/a/records");
  }

  test("certificates, three members, users, and a team", async () => {
    await type(block("openssl req -x509"));
    for (const name of members) await start(name);
    await isHealthy();
    await type(block("etcdctl auth enable"));
    const said = await type(block("team init"));
    expect(said).toContain("The team dev is kept in etcd");
    expect(said).toMatch(new RegExp(`etcd ${older.slice(1)} at e3\\.example\\.com:2379`));
    const [, store = ""] = /store="(.*)"/.exec(block("team init")) ?? [];
    const team = `${store} --store-cert=team.crt --store-key=team.key`;
    expect(await type(`hostsfile-server team check ${team}`)).toContain("its version and alarms are for root alone");
    server = await startProgram(shell(`exec hostsfile-server serve --hosts-file=none --host=127.0.0.1 ${team}`), {
      environment,
    });
    await eventually(async () => expect(await ask("/readyz"), server.log()).toContain('"ready":true'));
    await ask("/clusters/a/domains", "-d", "dev.example.com");
    await ask("/clusters/a/clusterip", "-d", "10.0.0.1");
    expect(await post({ create: [ingressEndpoint("kept.dev.example.com")] })).toBe("204");
  });

  test("the user of CoreDNS reads names and nothing else, and who shows no certificate reads nothing", async () => {
    const as = (user: string): string => `ETCDCTL_CERT=${user}.crt ETCDCTL_KEY=${user}.key etcdctl get --prefix`;
    expect(await withAccess(`${as("coredns")} /skydns/`)).toContain("/skydns/com/example/dev/kept/hfs4");
    await expect(withAccess(`${as("coredns")} /hostsfile-server/v1/`)).rejects.toThrow(/permission denied/);
    await expect(type("etcdctl --endpoints=https://e1.example.com:2379 --cacert=ca.crt get x")).rejects.toThrow(
      /context deadline exceeded/,
    );
  });

  test("backup; restore on all three with a bumped revision; what is newer than the backup is gone, and changes go on", async () => {
    await withAccess(block("snapshot save dev.snapshot"));
    expect(await post({ create: [ingressEndpoint("newer.dev.example.com")] })).toBe("204");
    const revision = async (): Promise<number> =>
      Number(/"Revision" : (\d+)/.exec(await withAccess("etcdctl endpoint status --write-out=fields"))?.[1]);
    const before = await revision();
    for (const member of running.values()) await member.stop();
    await type("mv /var/lib/etcd /var/lib/etcd.before");
    for (const name of members) await type(own(block("snapshot restore"), name));
    for (const name of members) await start(name);
    await isHealthy();
    expect(await revision()).toBeGreaterThan(before + 900_000_000);
    await eventually(async () => {
      expect(await records()).toContain("kept.dev.example.com");
      expect(await records()).not.toContain("newer.dev.example.com");
    });
    await eventually(async () =>
      expect(await post({ create: [ingressEndpoint("newer.dev.example.com")] })).toBe("204"),
    );
    expect(await records()).toContain("newer.dev.example.com");
  });

  test("upgrade, one member after the other, while changes go on", async () => {
    await withAccess(block("before-upgrade.snapshot"));
    await install(newer);
    for (const name of members) {
      await running.get(name)?.stop();
      await start(name);
      await eventually(async () =>
        expect(await post({ create: [ingressEndpoint(`while-${name}.dev.example.com`)] })).toBe("204"),
      );
      await isHealthy();
    }
    for (const name of members) expect(await records()).toContain(`while-${name}.dev.example.com`);
    const checked = await type(block("team init"));
    expect(checked).toContain("The team dev is there already.");
    expect(checked).toContain(`etcd ${newer.slice(1)} at`);
  });

  test("room is given back", async () => {
    await withAccess(block("etcdctl defrag"));
    expect(await post({ delete: [ingressEndpoint("newer.dev.example.com")] })).toBe("204");
    expect(await records()).not.toContain("newer.dev.example.com");
  });

  test("etcd has every metric that the alert rules name", async () => {
    const curl = "curl -sS --cacert ca.crt --cert root.crt --key root.key https://e1.example.com:2379/metrics";
    const metrics = await type(curl);
    const rules = await run(["cat", join(import.meta.dirname, "..", "..", "contrib", "alerts.yaml")]);
    const named = new Set([...rules.matchAll(/\betcd_\w+/g)].map(([name]) => name));
    expect(named.size).toBeGreaterThan(3);
    for (const name of named) expect(metrics).toMatch(new RegExp(`^${name}(?:\\{| )`, "m"));
  });

  test("nothing on the page was left out", () => {
    expect(blocks.filter(({ code }) => !typed.has(code)).map(({ code }) => code)).toEqual([]);
  });
});
