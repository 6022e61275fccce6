/** A server in the foreground answers on a bridge whose address comes and goes, and only those who may ask. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../cluster/eventually.ts";
import { type Namespaces, connect, openNamespaces } from "../cluster/namespaces.ts";
import { type Program, run, startProgram } from "../cluster/program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const launcher = join(import.meta.dirname, "..", "..", "hostsfile-server");
const bridge = "192.168.77.1";
const [allowed, stranger] = ["192.168.77.2", "192.168.77.3"];
const clusterIP = "192.0.2.7";
const port = 5000;

const folder = temporaryFolder();
let desktop: Namespaces;
let pod: Namespaces;
let server: Program;

beforeAll(async () => {
  desktop = await openNamespaces("network");
  pod = await openNamespaces("network");
  const places = [`--hosts-file=${join(folder.path, "hosts")}`, `--state-dir=${join(folder.path, "state")}`];
  await run(["sh", "-c", `echo '127.0.0.1 localhost' >${join(folder.path, "hosts")}`]);
  server = await startProgram([
    ...desktop.enter,
    launcher,
    ...places,
    "--domains=dtk.io",
    `--cluster-ip=${clusterIP}`,
    `--dns-listen=${bridge}`,
    `--allow=${allowed}`,
  ]);
  await eventually(async () => ask("/readyz"));
  const create = [{ dnsName: "*.dtk.io", targets: [clusterIP], recordType: "A" }];
  await ask("/records", "-d", JSON.stringify({ create }));
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await pod[Symbol.asyncDispose]();
  await desktop[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function ask(path: string, ...more: readonly string[]): Promise<string> {
  return run([...desktop.enter, "curl", "-sSf", ...more, `127.0.0.1:${port}${path}`]);
}

/** What is the matter with the responder; that nobody was told to ask it is no part of this. */
async function attention(): Promise<readonly string[]> {
  const { attention: items } = JSON.parse(await ask("/status")) as { attention: readonly { readonly code: string }[] };
  return items.map(({ code }) => code).filter((code) => code !== "resolver-left-alone");
}

async function lay(): Promise<void> {
  await connect(desktop, pod, { name: "bridge", addresses: [[bridge, allowed]] });
  await run([...pod.enter, "ip", "address", "add", `${stranger}/24`, "dev", "eth0"]);
}

/** What a pod is answered that asks from an address. */
async function askFrom(address: string): Promise<string> {
  const script = `
    const resolver = new (require("node:dns").promises.Resolver)({ timeout: 700, tries: 1 });
    resolver.setServers(["${bridge}:5391"]);
    resolver.setLocalAddress("${address}");
    resolver.resolve4("any.dtk.io").then((found) => console.log(found.join()), (error) => console.log(error.code));`;
  return (await run([...pod.enter, process.execPath, "-e", script])).trim();
}

test("before the address is there, the rest works, and what is missing is named", async () => {
  expect(await attention()).toEqual(["dns-address-not-here"]);
});

test.each([
  ["the bridge comes", lay],
  ["its address goes and comes again", async () => swapAddress()],
  ["the bridge goes and comes again", async () => swapBridge()],
])("%s, and those who may ask are answered", async (_, change) => {
  await change();
  await eventually(async () => assert.equal(await askFrom(allowed), clusterIP));
  expect(await askFrom(stranger)).toBe("ETIMEOUT");
  expect(await attention()).toEqual([]);
});

async function swapAddress(): Promise<void> {
  await run([...desktop.enter, "ip", "address", "delete", `${bridge}/24`, "dev", "bridge"]);
  await eventually(async () => assert.deepEqual(await attention(), ["dns-address-not-here"]));
  await run([...desktop.enter, "ip", "address", "add", `${bridge}/24`, "dev", "bridge"]);
}

async function swapBridge(): Promise<void> {
  await run([...desktop.enter, "ip", "link", "delete", "bridge"]);
  await eventually(async () => assert.deepEqual(await attention(), ["dns-address-not-here"]));
  await lay();
}
