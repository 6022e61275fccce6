/** A real dnsmasq and a real unbound read what their ways write, each in a network of its own: our domains come to the server, and the internet resolves at every moment. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dnsmasqPlan } from "../../src/platform/resolver/dnsmasq.ts";
import type { OwnFile } from "../../src/platform/resolver/own-file.ts";
import { unbound } from "../../src/platform/resolver/unbound.ts";
import { type ResponderPlace, responderPlace } from "../../src/platform/resolver-wiring.ts";
import { dnsTools, dnsToolsEnvironment } from "../cluster/dns-tools.ts";
import { eventually } from "../cluster/eventually.ts";
import { type Namespaces, openNamespaces } from "../cluster/namespaces.ts";
import { type Program, run, startProgram } from "../cluster/program.ts";
import { resolverFactsOf } from "../support/resolver-parts.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import type { ToyOptions } from "../support/toy-dns.ts";

const checkout = join(import.meta.dirname, "..", "..");
const clusterIP = "192.0.2.9";
const internet = "internet.example";
const uplink = { address: "127.0.0.9", port: 53 };
const [internetAddress, othersAddress] = ["198.51.100.7", "198.51.100.8"];

/** A resolver as a user has set it up, and what our way writes into its folder. */
interface Resolver {
  readonly name: string;
  readonly program: string;
  /** Writes the user's own settings. */
  readonly command: (folder: string) => readonly string[];
  readonly plan: (folder: string, routes: readonly string[]) => readonly OwnFile[];
}

const routing = (routes: readonly string[], responder: ResponderPlace = responderPlace) => ({
  routes,
  responder,
  isUnsigned: false,
});

const resolvers: readonly Resolver[] = [
  {
    name: "dnsmasq",
    program: "/usr/sbin/dnsmasq",
    command: (folder) =>
      `/usr/sbin/dnsmasq --keep-in-foreground --conf-file=/dev/null --conf-dir=${folder},.dpkg-old --pid-file= --no-hosts --no-resolv --server=${uplink.address} --listen-address=127.0.0.1 --bind-interfaces`.split(
        " ",
      ),
    plan: (folder, routes) => dnsmasqPlan(routing(routes), { folder, restart: ["restart"], hangUp: ["hang up"] }).files,
  },
  {
    name: "unbound",
    program: dnsTools.unbound,
    command: (folder) => {
      const settings = join(folder, "own");
      const text = `
server:
  do-daemonize: no
  directory: "${folder}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  interface: 127.0.0.1
  module-config: "iterator"
  do-not-query-localhost: no
forward-zone:
  name: "."
  forward-addr: ${uplink.address}
include: "${folder}/*.conf"
`;
      writeFileSync(settings, text);
      return [dnsTools.unbound, "-d", "-c", settings];
    },
    plan: (folder, routes) =>
      unbound
        .plan(routing(routes), { facts: resolverFactsOf(), lifetime: "installed" })
        .files.map(({ content }) => ({ path: join(folder, "hostsfile-server.conf"), content })),
  },
];

const scratch = temporaryFolder();
let network: Namespaces;
const opened = new AsyncDisposableStack();

beforeAll(async () => {
  // Resolvers read their files again as users of their own.
  chmodSync(scratch.path, 0o755);
  network = opened.use(await openNamespaces("network"));
  const toy: ToyOptions = {
    ...uplink,
    domains: { [internet]: internetAddress, "dtk.io": othersAddress, "more.io": othersAddress },
    otherwise: 3,
    log: join(scratch.path, "asked"),
  };
  const script = join(checkout, "test/support/toy-dns.ts");
  const server = opened.use(await startProgram([...network.enter, process.execPath, script, JSON.stringify(toy)]));
  await eventually(() => assert.match(server.log(), /open/));
  const hosts = join(scratch.path, "hosts");
  writeFileSync(hosts, "127.0.0.1 localhost\n");
  const places = [`--hosts-file=${hosts}`, `--state-dir=${join(scratch.path, "state")}`];
  const flags = ["--dns=on", "--domains=dtk.io,more.io", `--cluster-ip=${clusterIP}`, ...places];
  opened.use(await startProgram([...network.enter, join(checkout, "hostsfile-server"), ...flags]));
  await eventually(async () => call("/readyz"));
  const create = ["*.dtk.io", "*.more.io"].map((dnsName) => ({ dnsName, recordType: "A", targets: [clusterIP] }));
  await call("/records", "-d", JSON.stringify({ create }));
});
afterAll(async () => {
  await opened.disposeAsync();
  scratch[Symbol.dispose]();
});

async function call(path: string, ...more: readonly string[]): Promise<string> {
  return run([...network.enter, "curl", "-sSf", ...more, `127.0.0.1:5000${path}`]);
}

/** Asks the resolver about names that nobody asked for before, one after the other; `forever` every 50 ms. */
const askingScript = `
  const [forever, domain] = process.argv.slice(1);
  const resolver = new (require("node:dns").promises.Resolver)({ timeout: 5000, tries: 1 });
  resolver.setServers(["127.0.0.1"]);
  const ask = async (count) => {
    const name = "n" + process.pid + "-" + count + "." + domain;
    console.log(await resolver.resolve4(name).then((found) => found.join(), (error) => error.code));
    if (forever === "yes") setTimeout(ask, 50, count + 1);
  };
  ask(0);`;

async function addressIn(domain: string): Promise<string> {
  return (await run([...network.enter, process.execPath, "-e", askingScript, "no", domain])).trim();
}

async function startProbe(): Promise<Program> {
  return startProgram([...network.enter, process.execPath, "-e", askingScript, "yes", internet]);
}

/** The signal at which it reads its files again. */
function hangUp({ pid }: Program): void {
  process.kill(pid, "SIGHUP");
}

for (const { name, program, command, plan } of resolvers) {
  const needs = existsSync(program) ? "" : ` (needs ${program})`;
  describe.skipIf(!existsSync(program))(`${name}${needs}`, () => {
    test("asks the server about our domains and nothing else, and no lookup fails while they change", async () => {
      const folder = join(scratch.path, name);
      mkdirSync(folder);
      const write = (...routes: readonly string[]): void => {
        for (const { path, content } of plan(folder, routes)) writeFileSync(path, content);
      };
      write("dtk.io");
      const environment = { LD_LIBRARY_PATH: dnsToolsEnvironment()["LD_LIBRARY_PATH"] ?? "" };
      await using resolver = await startProgram([...network.enter, ...command(folder)], { environment });
      await eventually(async () => assert.equal(await addressIn(internet), internetAddress, resolver.log()));
      expect(await addressIn("dtk.io")).toBe(clusterIP);
      expect(await addressIn("more.io")).toBe(othersAddress);

      await using probe = await startProbe();
      const lines = (): readonly string[] => probe.log().split("\n").slice(0, -1);
      await eventually(() => assert(lines().length > 5));
      write("dtk.io", "more.io");
      hangUp(resolver);
      await eventually(async () => assert.equal(await addressIn("more.io"), clusterIP));
      expect(await addressIn("dtk.io")).toBe(clusterIP);
      write("more.io");
      hangUp(resolver);
      await eventually(async () => assert.equal(await addressIn("dtk.io"), othersAddress));
      expect(await addressIn("more.io")).toBe(clusterIP);
      const count = lines().length;
      await eventually(() => assert(lines().length > count + 5));
      expect(new Set(lines())).toEqual(new Set([internetAddress]));
      expect(resolver.exit()).toBeUndefined();
      expect(await call("/metrics")).not.toMatch(/dns_queries_total\{.*rcode="REFUSED"/);
    });
  });
}
