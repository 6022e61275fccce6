/** Nothing typed but `install`, on a desktop with systemd-resolved: whatever programs resolve names with, a wildcard is found. */
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../cluster/eventually.ts";
import { type Program, run, startProgram } from "../cluster/program.ts";
import { resolverClients } from "../cluster/resolver-clients.ts";
import { type ResolverDesktop, home, openResolverDesktop } from "../cluster/resolver-desktop.ts";
import { systemTree } from "../cluster/tools.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const isBuilt = existsSync(systemTree("trixie"));
const needs = isBuilt ? "" : " (needs Debian's systems: npm run e2e:systems)";

/** Where the page of the wildcard is. */
const clusterIP = "127.0.0.1";
const name = "any.apps.dtk.test";

let desktop: ResolverDesktop;
let page: Program;
const folder = temporaryFolder();

beforeAll(async () => {
  if (!isBuilt) return;
  desktop = await openResolverDesktop({ suite: "trixie" });
  await desktop.shell(
    `${home}/hostsfile-server install --yes --without-token --domains=dtk.test --cluster-ip=${clusterIP}`,
  );
  const create = [{ dnsName: "*.apps.dtk.test", targets: [clusterIP], recordType: "A" }];
  await call("/records", JSON.stringify({ create }));
  await eventually(async () => assert.match(await desktop.shell(`getent ahostsv4 ${name}`), /^127\.0\.0\.1 /));
  const script = `require("node:http").createServer((_, answer) => answer.end("<p>the page</p>")).listen(80, "${clusterIP}")`;
  page = await startProgram([...desktop.machine.enterNetwork(), process.execPath, "-e", script]);
  writeFileSync(join(folder.path, "resolv.conf"), "nameserver 127.0.0.53\noptions edns0\n");
  writeFileSync(join(folder.path, "nsswitch.conf"), "hosts: files dns\n");
  writeFileSync(join(folder.path, "hosts"), "127.0.0.1 localhost\n");
});
afterAll(async () => {
  await page?.[Symbol.asyncDispose]();
  await desktop?.[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function call(path: string, body: string): Promise<void> {
  await run([...desktop.machine.enterNetwork(), "curl", "-sSf", "-d", body, `localhost:5000${path}`]);
}

/** Programs of this machine on the desktop's network, with a resolv.conf as every desktop with resolved has it. */
async function onDesktop(...words: readonly string[]): Promise<string> {
  const files = ["resolv.conf", "nsswitch.conf", "hosts"];
  const binds = files.map((file) => `mount --bind ${join(folder.path, file)} $(readlink -f /etc/${file})`);
  const script = `${binds.join("; ")}; exec "$@"`;
  return run([...desktop.machine.enterNetwork(), "unshare", "--mount", "sh", "-ec", script, "sh", ...words]);
}

/** What a client prints for the wildcard's name, and whether it fails for one that does not exist. */
async function judge(client: readonly string[]): Promise<{ readonly found: string; readonly isMissing: boolean }> {
  const missing = onDesktop(...client, "missing.dtk.test");
  const isMissing = await missing.then(
    () => false,
    () => true,
  );
  return { found: (await onDesktop(...client, name)).trim(), isMissing };
}

const byNode = `require("node:dns").resolve4(process.argv[1], (error, found) => {
  if (error) throw error;
  console.log(found.join());
})`;

const clients = [
  { title: "musl", needed: resolverClients.musl, client: [resolverClients.musl] },
  { title: "Go's own resolver", needed: resolverClients.go, client: [resolverClients.go] },
  { title: "c-ares, through Node", needed: process.execPath, client: [process.execPath, "-e", byNode] },
  { title: "Java", needed: "/usr/bin/javac", client: ["java", resolverClients.java] },
] as const;

describe.skipIf(!isBuilt)(`a wildcard is found by${needs}`, () => {
  test("the C library of Debian, with and without resolved's own module", async () => {
    expect(await onDesktop("getent", "ahosts", name)).toMatch(/^127\.0\.0\.1 +STREAM/);
    expect(await desktop.shell(`getent ahosts ${name}`)).toMatch(/^127\.0\.0\.1 +STREAM/);
    expect(await onDesktop("sh", "-c", "getent ahosts missing.dtk.test || true")).toBe("");
  });

  for (const { title, needed, client } of clients) {
    test.skipIf(!existsSync(needed))(`${title} (needs ${needed})`, async () => {
      expect(await judge(client)).toEqual({ found: clusterIP, isMissing: true });
    });
  }

  test("curl", async () => {
    expect(await onDesktop("curl", "-sS", `http://${name}/`)).toBe("<p>the page</p>");
  });

  test.skipIf(!existsSync("/usr/bin/chromium"))("Chromium (needs /usr/bin/chromium)", async () => {
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--dump-dom"];
    const profile = `--user-data-dir=${join(folder.path, "profile")}`;
    expect(await onDesktop("chromium", ...flags, profile, `http://${name}/`)).toContain("<p>the page</p>");
  });
});
