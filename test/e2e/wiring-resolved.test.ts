/** The ways of telling systemd-resolved, each in its real version: from nothing to nothing, while the internet resolves at every moment. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../cluster/eventually.ts";
import { type Probe, type ResolverDesktop, home, openResolverDesktop } from "../cluster/resolver-desktop.ts";
import { type Suite, systemTree } from "../cluster/tools.ts";

const launcher = `${home}/hostsfile-server`;
const clusterIP = "192.168.122.9";

const cases = [
  { suite: "sid", asked: "auto", way: "hook" },
  { suite: "sid", asked: "delegate", way: "delegate" },
  { suite: "trixie", asked: "auto", way: "link" },
  { suite: "bookworm", asked: "auto", way: "link" },
] as const satisfies readonly { readonly suite: Suite; readonly asked: string; readonly way: string }[];

const isBuilt = cases.every(({ suite }) => existsSync(systemTree(suite)));
const needs = isBuilt ? "" : " (needs Debian's systems: npm run e2e:systems)";
const describeEach = describe.skipIf(!isBuilt).each(cases);

describeEach(`on Debian $suite, --resolver=$asked is the way $way${needs}`, ({ suite, asked, way }) => {
  let desktop: ResolverDesktop;
  let probe: Probe;
  let before: State;

  beforeAll(async () => {
    desktop = await openResolverDesktop({ suite });
    await eventually(async () => assert.match((await look(desktop)).links, /^eth0\S* +UP .*fe80::/m));
    await eventually(async () => assert.match((await look(desktop)).status, /Scopes: DNS/));
    before = await look(desktop);
    probe = await desktop.startProbe();
  });
  afterAll(async () => {
    await probe[Symbol.asyncDispose]();
    await desktop[Symbol.asyncDispose]();
  });

  test("a dry run says who is in charge and which way it is, and does nothing", async () => {
    const output = await desktop.shell(`${launcher} install --resolver=${asked} --dry-run --domains=dtk.io`);
    expect(output).toMatch(
      new RegExp(String.raw`^resolver systemd-resolved \d+ is in charge of names; it .* \(${way}\)\.$`, "m"),
    );
    expect(await look(desktop)).toEqual(before);
  });

  test("a wildcard resolves once it is installed", async () => {
    await desktop.shell(`${launcher} install --yes --resolver=${asked} --domains=dtk.io --cluster-ip=${clusterIP}`);
    await show(desktop, ["*.apps.dtk.io", "foo.dtk.io"]);
    expect(await addressOf(desktop, "any.apps.dtk.io")).toBe(clusterIP);
    expect(await addressOf(desktop, "other.deep.apps.dtk.io")).toBe(clusterIP);
  });

  test("nothing of the internet failed meanwhile, and the server was asked about nothing of it", async () => {
    expect(probe.failed()).toEqual([]);
    expect(probe.count()).toBeGreaterThan(20);
    // It refuses what is not in its domains.
    expect(await call(desktop, "GET", "/metrics")).not.toMatch(/dns_queries_total\{.*rcode="REFUSED"/);
  });

  test("a domain that is added is asked about, and one that is removed no longer is", async () => {
    await call(desktop, "POST", "/domains", "more.io");
    await show(desktop, ["*.more.io"]);
    expect(await addressOf(desktop, "one.more.io")).toBe(clusterIP);
    await call(desktop, "DELETE", "/domains/dtk.io");
    await eventually(async () => {
      const name = `gone${performance.now().toFixed()}.apps.dtk.io`;
      await desktop.shell(`getent hosts ${name} || true`);
      assert((await desktop.askedUplink()).has(name));
    });
    expect(await addressOf(desktop, "two.more.io")).toBe(clusterIP);
    await call(desktop, "POST", "/domains", "dtk.io");
    await show(desktop, ["*.apps.dtk.io", "foo.dtk.io"]);
    expect(await addressOf(desktop, "back.apps.dtk.io")).toBe(clusterIP);
    expect(probe.failed()).toEqual([]);
  });

  test("killed and frozen, the server takes nothing but its own names away", async () => {
    const pid = "$(systemctl show -P MainPID hostsfile-server)";
    const count = probe.count();
    await desktop.shell(`kill -STOP ${pid}`);
    await eventually(() => assert(probe.count() > count + 20));
    expect(await desktop.shell("getent hosts foo.dtk.io")).toContain(clusterIP);
    await desktop.shell(`kill -KILL ${pid}`);
    expect(await addressOf(desktop, "risen.apps.dtk.io")).toBe(clusterIP);
    expect(probe.failed()).toEqual([]);
  });

  test("the resolver knows the domains after its own restart", async () => {
    // Older versions answer nobody while they restart, with or without us.
    await probe[Symbol.asyncDispose]();
    await desktop.shell("systemctl restart systemd-resolved");
    expect(await addressOf(desktop, "restarted.apps.dtk.io")).toBe(clusterIP);
    probe = await desktop.startProbe();
  });

  test("uninstalled, everything is as before", async () => {
    await desktop.shell(`${launcher} uninstall --yes`);
    expect(await look(desktop)).toEqual(before);
    expect(probe.failed()).toEqual([]);
  });
});

/** Everything that an uninstallation gives back. */
interface State {
  readonly tree: ReadonlyMap<string, string>;
  readonly status: string;
  readonly links: string;
}

async function look({ machine, shell }: ResolverDesktop): Promise<State> {
  return {
    // Compiled code that the checkout keeps beside itself does not belong to the installation.
    tree: new Map([...(await machine.changes())].filter(([path]) => !path.startsWith(`${home}/dist/.compiled`))),
    // Which server answered last, and how, is not a setting.
    status: (await shell("resolvectl status")).replaceAll(/^ *Current DNS Server:.*\n|^ +/gm, ""),
    links: await shell("ip -brief address; ls -A /run/systemd/resolve.hook 2>&1 || true"),
  };
}

/** The address that programs get for a name, once they get one. */
async function addressOf({ shell }: ResolverDesktop, name: string): Promise<string | undefined> {
  return eventually(async () => (await shell(`getent ahostsv4 ${name}`)).split(/\s/)[0]);
}

/** Shows names of the default cluster, as ExternalDNS hands them in. */
async function show(desktop: ResolverDesktop, names: readonly string[]): Promise<void> {
  const create = names.map((dnsName) => ({ dnsName, targets: [clusterIP], recordType: "A" }));
  await call(desktop, "POST", "/records", JSON.stringify({ create }));
}

async function call({ shell }: ResolverDesktop, method: string, path: string, body = ""): Promise<string> {
  const script = `
    const token = require("node:fs").readFileSync("/etc/hostsfile-server/token", "utf8").trim();
    const options = { port: 5000, path: "${path}", method: "${method}", headers: { authorization: "Bearer " + token } };
    require("node:http").request(options, (answer) => {
      process.exitCode = answer.statusCode < 300 ? 0 : 1;
      answer.pipe(process.stdout);
    }).end(process.argv[1]);`;
  return shell(`${home}/node_modules/.bin/node -e '${script}' '${body}'`);
}
