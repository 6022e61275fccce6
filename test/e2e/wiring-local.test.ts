/** The ways of telling a dnsmasq, an unbound and NetworkManager's dnsmasq, each the real one on Debian: from nothing to nothing. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../cluster/eventually.ts";
import {
  type Probe,
  type ResolverDesktop,
  internet,
  internetAddress,
  openResolverDesktop,
  uplinkAddress,
} from "../cluster/resolver-desktop.ts";
import { systemTree } from "../cluster/tools.ts";
import {
  type DesktopState,
  addressOf,
  callServer,
  clusterIP,
  lookAtDesktop,
  examine,
  goesElsewhere,
  launcher,
  lookWhenSettled,
  resolverStatus,
  showNames,
  wasAskedOutside,
  wordsOf,
} from "../cluster/wiring-life.ts";

/** Nothing of resolved: a plain resolv.conf, which names a server on this machine. */
const plainResolvConf = `
  ln -sf /dev/null "$ROOT/etc/systemd/system/systemd-resolved.service"
  rm -f "$ROOT/etc/resolv.conf"; echo nameserver 127.0.0.1 >"$ROOT/etc/resolv.conf"`;

const dnsmasq = {
  way: "dnsmasq",
  inCharge: "dnsmasq",
  furnish: `printf 'no-resolv\\nserver=${uplinkAddress}\\n' >"$ROOT/etc/dnsmasq.d/uplink.conf"`,
  start: "systemctl start dnsmasq",
  restart: "systemctl restart dnsmasq",
  file: "/etc/dnsmasq.d/.hostsfile-server.servers",
  // It reads most of its settings at its start alone.
  isSeamless: false,
};

/** As a company has it that runs one of its own: it forwards everything. */
const unbound = {
  way: "unbound",
  inCharge: "unbound",
  furnish: `
    printf 'server:\\n  module-config: "iterator"\\nforward-zone:\\n  name: "."\\n  forward-addr: ${uplinkAddress}\\n' >"$ROOT/etc/unbound/unbound.conf.d/uplink.conf"`,
  start: "systemctl start unbound",
  restart: "systemctl restart unbound",
  file: "/etc/unbound/unbound.conf.d/hostsfile-server.conf",
  isSeamless: true,
};

const networkManager = {
  way: "network-manager",
  inCharge: "NetworkManager's dnsmasq",
  furnish: `printf '[main]\\ndns=dnsmasq\\n' >"$ROOT/etc/NetworkManager/conf.d/dns.conf"`,
  start: `
    systemctl start NetworkManager
    nmcli connection show uplink >/dev/null 2>&1 || nmcli connection add type ethernet ifname eth0 con-name uplink ipv4.method manual ipv4.addresses 203.0.113.2/24 ipv4.gateway ${uplinkAddress} ipv4.dns ${uplinkAddress} ipv6.method ignore
    nmcli connection up uplink`,
  restart: "systemctl restart NetworkManager",
  file: "/etc/NetworkManager/dnsmasq.d/.hostsfile-server.servers",
  isSeamless: false,
};

async function internetResolves({ shell }: ResolverDesktop): Promise<void> {
  await eventually(async () => assert((await shell(`getent ahostsv4 up.${internet}`)).includes(internetAddress)));
}

const isBuilt = existsSync(systemTree("trixie"));
const needs = isBuilt ? "" : " (needs Debian's systems: npm run e2e:systems)";
const describeEach = describe.skipIf(!isBuilt).each([dnsmasq, unbound, networkManager]);

describeEach(`the way $way${needs}`, ({ way, inCharge, furnish, start, restart, file, isSeamless }) => {
  let desktop: ResolverDesktop;
  let probe: Probe;
  let before: DesktopState;
  const asked = way === "network-manager" ? "dnsmasq" : way;

  /** Installs or uninstalls while names of the internet are resolved; it may only fail where the resolver has to start anew. */
  const probing = async (work: () => Promise<unknown>): Promise<void> => {
    if (!isSeamless) await probe[Symbol.asyncDispose]();
    await work();
    if (!isSeamless) probe = await desktop.startProbe();
    expect(probe.failed()).toEqual([]);
  };

  beforeAll(async () => {
    desktop = await openResolverDesktop({
      suite: "trixie",
      furnish: `${plainResolvConf}\n${furnish}`,
      uplink: start,
    });
    await internetResolves(desktop);
    before = await lookWhenSettled(desktop);
    probe = await desktop.startProbe();
  });
  afterAll(async () => {
    await probe[Symbol.asyncDispose]();
    await desktop[Symbol.asyncDispose]();
  });

  test("a dry run says who is in charge and which way it is, and does nothing", async () => {
    const output = await desktop.shell(`${launcher} install --resolver=auto --dry-run --domains=dtk.io`);
    expect(output).toContain(`resolver ${inCharge} is in charge of names; it is told the domains by a file (${way}).`);
    expect(output).toContain(file);
    await eventually(async () => expect(await lookAtDesktop(desktop)).toEqual(before));
  });

  test("a wildcard resolves once it is installed", async () => {
    await probing(async () => {
      await desktop.shell(`${launcher} install --yes --resolver=${asked} --domains=dtk.io --cluster-ip=${clusterIP}`);
      await showNames(desktop, ["*.apps.dtk.io", "foo.dtk.io"]);
      expect(await addressOf(desktop, "any.apps.dtk.io")).toBe(clusterIP);
    });
    const domains = [{ name: "dtk.io", routing: "whole", routes: ["dtk.io"] }];
    expect(await resolverStatus(desktop)).toMatchObject({ way, ok: true, domains });
    const report = await examine(desktop);
    expect(wordsOf(report, "dns-answers")).toMatch(/^ok /);
    expect(wordsOf(report, "resolver-fits")).toMatch(/^ok /);
    expect(wordsOf(report, "resolver-asks")).toMatch(/^ok doctor-\w+\.apps\.dtk\.io resolves to/);
  });

  test("a domain that is added is asked about, and one that is removed no longer is", async () => {
    const count = probe.count();
    await callServer(desktop, "POST", "/domains", "more.io");
    await showNames(desktop, ["*.more.io"]);
    expect(await addressOf(desktop, "one.more.io")).toBe(clusterIP);
    await callServer(desktop, "DELETE", "/domains/dtk.io");
    await goesElsewhere(desktop, "apps.dtk.io");
    expect(await addressOf(desktop, "two.more.io")).toBe(clusterIP);
    await callServer(desktop, "POST", "/domains", "dtk.io");
    await showNames(desktop, ["*.apps.dtk.io", "foo.dtk.io"]);
    expect(await addressOf(desktop, "back.apps.dtk.io")).toBe(clusterIP);
    expect(probe.count()).toBeGreaterThan(count);
    expect(probe.failed()).toEqual([]);
  });

  test("killed and frozen, the server takes nothing but its own names away", async () => {
    const count = probe.count();
    await desktop.shell("systemctl kill --signal=STOP hostsfile-server");
    await eventually(() => assert(probe.count() > count + 20));
    expect(await desktop.shell("getent hosts foo.dtk.io")).toContain(clusterIP);
    await desktop.shell("systemctl kill --signal=KILL hostsfile-server");
    expect(await addressOf(desktop, "risen.apps.dtk.io")).toBe(clusterIP);
    expect(probe.failed()).toEqual([]);
    // The file outlives the server, so names resolve before it has looked at the machine.
    await eventually(async () => expect(await resolverStatus(desktop)).toMatchObject({ way, ok: true }));
  });

  test("the resolver knows the domains after its own restart", async () => {
    await probe[Symbol.asyncDispose]();
    await desktop.shell(restart);
    expect(await addressOf(desktop, "restarted.apps.dtk.io")).toBe(clusterIP);
    await internetResolves(desktop);
    probe = await desktop.startProbe();
  });

  test("after a boot the wildcard resolves again, and so does the internet", async () => {
    await probe[Symbol.asyncDispose]();
    await desktop.reboot();
    expect(await addressOf(desktop, "booted.apps.dtk.io")).toBe(clusterIP);
    await internetResolves(desktop);
    probe = await desktop.startProbe();
  });

  test("a file that somebody changed stays, is named, and is ours again once it is removed", async () => {
    await desktop.shell(`echo '# mine' >>${file}`);
    await callServer(desktop, "POST", "/domains", "third.io");
    const { trouble, text } = await eventually(async () => {
      const status = await desktop.shell(`${launcher} status --json || true`);
      const found = (JSON.parse(status) as { attention: { code: string; command: string }[] }).attention;
      const first = found.find(({ code }) => code === "resolver-file-foreign");
      assert(first !== undefined);
      return { trouble: first, text: await desktop.shell(`cat ${file}`) };
    });
    expect(text).toMatch(/# mine\n$/);
    expect(text).not.toContain("third.io");
    await desktop.shell(trouble.command.replace("sudo ", ""));
    await showNames(desktop, ["*.third.io"]);
    expect(await addressOf(desktop, "one.third.io")).toBe(clusterIP);
    await callServer(desktop, "DELETE", "/domains/third.io");
  });

  test("the server was asked about nothing of the internet", async () => {
    expect(await wasAskedOutside(desktop)).toBe(false);
  });

  test("uninstalled, everything is as before", async () => {
    await probing(async () => {
      await desktop.shell(`${launcher} uninstall --yes`);
      await internetResolves(desktop);
    });
    await eventually(async () => expect(await lookAtDesktop(desktop)).toEqual(before));
    await goesElsewhere(desktop, "apps.dtk.io");
  });
});

/** Nobody has the private key, so nothing in the domain can be signed by it. */
const digest = "00".repeat(32);

describe.skipIf(!isBuilt)(`where DNSSEC is checked${needs}`, () => {
  test("an unbound is told after somebody agreed, and then takes our unsigned answers", async () => {
    await using desktop = await openResolverDesktop({
      suite: "trixie",
      furnish: `${plainResolvConf}
        rm -f "$ROOT/etc/unbound/unbound.conf.d/root-auto-trust-anchor-file.conf"
        printf 'server:\\n  module-config: "validator iterator"\\n  trust-anchor: "dtk.io. 3600 IN DS 4711 8 2 ${digest}"\\nforward-zone:\\n  name: "."\\n  forward-addr: ${uplinkAddress}\\n' >"$ROOT/etc/unbound/unbound.conf.d/uplink.conf"`,
      uplink: unbound.start,
    });
    await internetResolves(desktop);
    const install = `${launcher} install --resolver=unbound --domains=dtk.io --cluster-ip=${clusterIP}`;
    const refused = await desktop.shell(`${install} 2>&1 || echo "exit $?"`);
    expect(refused).toMatch(/exempt from it[\s\S]*exit 2\n$/);
    expect(await desktop.shell("ls /etc/unbound/unbound.conf.d")).not.toContain("hostsfile-server");
    await desktop.shell(`${install} --yes --dnssec-exempt`);
    await showNames(desktop, ["*.apps.dtk.io"]);
    expect(await addressOf(desktop, "any.apps.dtk.io")).toBe(clusterIP);
    // It does check: without the exemption the same answer is refused.
    await desktop.shell(`sed -i /domain-insecure/d ${unbound.file}; systemctl restart unbound`);
    await internetResolves(desktop);
    expect(await desktop.shell("getent ahostsv4 other.apps.dtk.io || true")).toBe("");
  });

  test("a dnsmasq is told nothing, and it is said why", async () => {
    await using desktop = await openResolverDesktop({
      suite: "trixie",
      furnish: `${plainResolvConf}\n${dnsmasq.furnish}
        printf 'dnssec\\ntrust-anchor=.,4711,8,2,${digest}\\n' >>"$ROOT/etc/dnsmasq.conf"`,
      uplink: dnsmasq.start,
    });
    const install = `${launcher} install --resolver=dnsmasq --domains=dtk.io --cluster-ip=${clusterIP}`;
    const refused = await desktop.shell(`${install} --yes 2>&1 || echo "exit $?"`);
    expect(refused).toMatch(/dnsmasq checks DNSSEC here, and would refuse our unsigned answers[\s\S]*exit 3\n$/);
    expect(await desktop.shell("ls -A /etc/dnsmasq.d")).not.toContain("hostsfile-server");
  });
});
