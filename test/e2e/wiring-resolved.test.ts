/** The ways of telling systemd-resolved, each in its real version: from nothing to nothing, while the internet resolves at every moment. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../cluster/eventually.ts";
import { type Probe, type ResolverDesktop, openResolverDesktop } from "../cluster/resolver-desktop.ts";
import { type Suite, systemTree } from "../cluster/tools.ts";
import {
  type DesktopState,
  addressOf,
  callServer,
  clusterIP,
  examine,
  goesElsewhere,
  launcher,
  lookAtDesktop,
  lookWhenSettled,
  resolverStatus,
  showNames,
  wasAskedOutside,
  wordsOf,
} from "../cluster/wiring-life.ts";

const cases = [
  { suite: "sid", flag: "", way: "hook" },
  { suite: "sid", flag: "--resolver=delegate", way: "delegate" },
  { suite: "trixie", flag: "", way: "link" },
  { suite: "bookworm", flag: "", way: "link" },
] as const satisfies readonly { readonly suite: Suite; readonly flag: string; readonly way: string }[];

const isBuilt = cases.every(({ suite }) => existsSync(systemTree(suite)));
const needs = isBuilt ? "" : " (needs Debian's systems: npm run e2e:systems)";
const describeEach = describe.skipIf(!isBuilt).each(cases);

describeEach(`on Debian $suite, install $flag takes the way $way${needs}`, ({ suite, flag, way }) => {
  let desktop: ResolverDesktop;
  let probe: Probe;
  let before: DesktopState;

  /** A reload fails the lookups that are under way at that instant, at most one of this probe; no other way reloads anything. */
  const expectNoneFailed = async (): Promise<void> => {
    const reloads = await desktop.shell("journalctl -u systemd-resolved -o cat | grep -c ^Reloaded || true");
    expect(probe.failed().slice(Number(reloads))).toEqual([]);
  };

  beforeAll(async () => {
    desktop = await openResolverDesktop({ suite });
    await eventually(async () => assert.match((await lookAtDesktop(desktop)).links, /^eth0\S* +UP .*fe80::/m));
    await eventually(async () => assert.match((await lookAtDesktop(desktop)).status, /Scopes: DNS/));
    before = await lookWhenSettled(desktop);
    probe = await desktop.startProbe();
  });
  afterAll(async () => {
    await probe[Symbol.asyncDispose]();
    await desktop[Symbol.asyncDispose]();
  });

  test("a dry run says who is in charge and which way it is, and does nothing", async () => {
    const output = await desktop.shell(`${launcher} install ${flag} --dry-run --domains=dtk.io`);
    expect(output).toMatch(
      new RegExp(String.raw`^resolver systemd-resolved \d+ is in charge of names; it .* \(${way}\)\.$`, "m"),
    );
    await eventually(async () => expect(await lookAtDesktop(desktop)).toEqual(before));
  });

  test("a wildcard resolves once it is installed", async () => {
    await desktop.shell(`${launcher} install --yes ${flag} --domains=dtk.io --cluster-ip=${clusterIP}`);
    await showNames(desktop, ["*.apps.dtk.io", "foo.dtk.io"]);
    expect(await addressOf(desktop, "any.apps.dtk.io")).toBe(clusterIP);
    expect(await addressOf(desktop, "other.deep.apps.dtk.io")).toBe(clusterIP);
    const domains = [{ name: "dtk.io", routing: "whole", routes: ["dtk.io"] }];
    expect(await resolverStatus(desktop)).toMatchObject({ way, ok: true, domains, repairs: 0 });
  });

  test("doctor finds nothing, and says how a name comes to its address", async () => {
    const report = await examine(desktop);
    expect(wordsOf(report, "dns-answers")).toMatch(/^ok /);
    expect(wordsOf(report, "resolver-fits")).toMatch(/^ok /);
    expect(wordsOf(report, "resolver-asks")).toMatch(/^ok doctor-\w+\.apps\.dtk\.io resolves to/);
    const trace = await examine(desktop, "any.apps.dtk.io");
    expect(wordsOf(trace, "name-answered")).toMatch(/^ok The wildcard \*\.apps\.dtk\.io of default answers/);
    expect(wordsOf(trace, "name-resolved")).toContain(`ok any.apps.dtk.io resolves to ${clusterIP}. systemd-resolved`);
  });

  test("nothing of the internet failed meanwhile, and the server was asked about nothing of it", async () => {
    await expectNoneFailed();
    expect(probe.count()).toBeGreaterThan(20);
    expect(await wasAskedOutside(desktop)).toBe(false);
  });

  test("a domain that is added is asked about, and one that is removed no longer is", async () => {
    await callServer(desktop, "POST", "/domains", "more.io");
    await showNames(desktop, ["*.more.io"]);
    expect(await addressOf(desktop, "one.more.io")).toBe(clusterIP);
    await callServer(desktop, "DELETE", "/domains/dtk.io");
    await goesElsewhere(desktop, "apps.dtk.io");
    expect(await addressOf(desktop, "two.more.io")).toBe(clusterIP);
    await callServer(desktop, "POST", "/domains", "dtk.io");
    await showNames(desktop, ["*.apps.dtk.io", "foo.dtk.io"]);
    expect(await addressOf(desktop, "back.apps.dtk.io")).toBe(clusterIP);
    await expectNoneFailed();
  });

  test("killed and frozen, the server takes nothing but its own names away", async () => {
    const count = probe.count();
    await desktop.shell("systemctl kill --signal=STOP hostsfile-server");
    await eventually(() => assert(probe.count() > count + 20));
    expect(await desktop.shell("getent hosts foo.dtk.io")).toContain(clusterIP);
    await desktop.shell("systemctl kill --signal=KILL hostsfile-server");
    expect(await addressOf(desktop, "risen.apps.dtk.io")).toBe(clusterIP);
    await expectNoneFailed();
  });

  test("the resolver knows the domains after its own restart", async () => {
    // Older versions answer nobody while they restart, with or without us.
    await probe[Symbol.asyncDispose]();
    await desktop.shell("systemctl restart systemd-resolved");
    expect(await addressOf(desktop, "restarted.apps.dtk.io")).toBe(clusterIP);
    probe = await desktop.startProbe();
  });

  test("after a boot the wildcard resolves again, and so does the internet", async () => {
    await probe[Symbol.asyncDispose]();
    await desktop.reboot();
    expect(await addressOf(desktop, "booted.apps.dtk.io")).toBe(clusterIP);
    probe = await desktop.startProbe();
  });

  test("uninstalled, everything is as before", async () => {
    await desktop.shell(`${launcher} uninstall --yes`);
    await eventually(async () => expect(await lookAtDesktop(desktop)).toEqual(before));
    await expectNoneFailed();
  });
});
