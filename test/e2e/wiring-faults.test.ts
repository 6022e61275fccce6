/** Each fault between programs and the DNS responder is made for real; doctor names it first, and the command that it prints repairs it. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  commandOf,
  goodFlags,
  openBreakableDesktop,
  type ReportedFinding,
  wrongOf,
} from "../cluster/breakable-desktop.ts";
import { eventually } from "../cluster/eventually.ts";
import { type ResolverDesktop, openResolverDesktop, uplinkAddress } from "../cluster/resolver-desktop.ts";
import { systemTree } from "../cluster/tools.ts";
import { addressOf, clusterIP, examine, launcher, lookAtDesktop, showNames, wordsOf } from "../cluster/wiring-life.ts";
import { resolverFaults, responderFaults } from "../support/resolver-faults.ts";

/** A server that could not tell the resolver tries again after 30 s at the latest. */
const healing = { intervalMs: 500 };

describe.concurrent("the responder: doctor names the fault first, and its command repairs it", () => {
  const makes: Readonly<Record<(typeof responderFaults)[number]["code"], string>> = {
    "dns-port-taken": `(node -e 'require("dgram").createSocket("udp4").bind(5391, "127.0.0.1")' >/dev/null 2>&1 &)`,
    "dns-silent":
      "nft add table inet t; nft add chain inet t c '{ type filter hook input priority 0; }'; nft add rule inet t c udp dport 5391 drop",
  };

  test.each(responderFaults)("$fault ($code)", async ({ code }) => {
    await using desktop = await openBreakableDesktop();
    await desktop.stop();
    if (code === "dns-port-taken") await desktop.shell(makes[code]);
    await desktop.serve(...goodFlags, "--dns=on");
    if (code === "dns-silent") await desktop.shell(makes[code]);
    const found = await eventually(async () => {
      const [first] = wrongOf(await desktop.doctor());
      expect(first).toMatchObject({ code });
      return first;
    });
    const output = await desktop.shell(commandOf(found));
    // What a person does with the rule that the command prints.
    const [, handle] = /drop # handle (\d+)/.exec(output) ?? [];
    if (code === "dns-silent") await desktop.shell(`nft delete rule inet t c handle ${handle}`);
    await eventually(async () => expect(wrongOf(await desktop.doctor())).toEqual([]), healing);
  });
});

const isBuilt = (["sid", "trixie"] as const).every((suite) => existsSync(systemTree(suite)));
const needs = isBuilt ? "" : " (needs Debian's systems: npm run e2e:systems)";

type Code = (typeof resolverFaults)[number]["code"];

/** How each is made, on the system where it can be. */
const plays: Readonly<Record<Code, { readonly on: "sid" | "trixie"; readonly make: string; readonly undo?: string }>> =
  {
    "resolver-file-foreign": {
      on: "sid",
      make: "echo '# mine' >>/etc/systemd/dns-delegate.d/hostsfile-server.dns-delegate",
    },
    "resolver-domain-contested": { on: "sid", make: "resolvectl domain eth0 '~apps.dtk.io' corp.example" },
    "resolver-checks-dnssec": {
      on: "sid",
      make: `
      mkdir -p /etc/systemd/resolved.conf.d
      printf '[Resolve]\\nDNSSEC=yes\\n' >/etc/systemd/resolved.conf.d/checks.conf
      systemctl reload systemd-resolved`,
      undo: "rm -r /etc/systemd/resolved.conf.d; systemctl reload systemd-resolved",
    },
    "resolver-bypassed": {
      on: "sid",
      make: `rm /etc/resolv.conf; echo nameserver ${uplinkAddress} >/etc/resolv.conf`,
    },
    "resolver-does-not-ask": { on: "trixie", make: "resolvectl revert hostsfile0" },
    "resolver-link-managed": {
      on: "trixie",
      make: `
      printf '[device]\\nmatch-device=*\\nmanaged=1\\n' >/etc/NetworkManager/conf.d/all.conf
      systemctl start NetworkManager`,
      undo: "systemctl stop NetworkManager; rm /etc/NetworkManager/conf.d/all.conf",
    },
    "resolver-way-impossible": {
      on: "trixie",
      make: `
      sed -i 's/^HOSTSFILE_SERVER_RESOLVER=.*/HOSTSFILE_SERVER_RESOLVER=hook/' /etc/hostsfile-server/environment
      systemctl restart hostsfile-server`,
    },
    "resolver-global-shared": {
      on: "trixie",
      make: `
      ${launcher} install --yes --resolver=global
      timeout 60 sh -c 'until [ -d /etc/systemd/resolved.conf.d ]; do sleep 0.1; done'
      printf '[Resolve]\\nDNS=${uplinkAddress}\\n' >/etc/systemd/resolved.conf.d/others.conf
      systemctl restart systemd-resolved`,
      undo: "rm /etc/systemd/resolved.conf.d/others.conf; systemctl restart systemd-resolved",
    },
  };

describe.skipIf(!isBuilt).each([
  { suite: "sid", asked: "delegate" },
  { suite: "trixie", asked: "link" },
] as const)(`on Debian $suite with the way $asked${needs}`, ({ suite, asked }) => {
  let desktop: ResolverDesktop;

  /** No cluster is there, which is no part of this. */
  const findWrong = async (): Promise<readonly ReportedFinding[]> =>
    wrongOf(await examine(desktop)).filter(({ code }) => /^(?:resolver|dns|name)-/.test(code ?? ""));

  beforeAll(async () => {
    desktop = await openResolverDesktop({ suite });
    await eventually(async () => assert.match((await lookAtDesktop(desktop)).status, /Scopes: DNS/));
    await desktop.shell(`${launcher} install --yes --resolver=${asked} --domains=dtk.io --cluster-ip=${clusterIP}`);
    await showNames(desktop, ["*.apps.dtk.io", "foo.dtk.io"]);
    await addressOf(desktop, "any.apps.dtk.io");
    assert.deepEqual(await findWrong(), []);
  });
  afterAll(async () => desktop[Symbol.asyncDispose]());

  test.skipIf(asked !== "link")(
    "Docker sends its containers where no DNS server answers (docker-dns-silent)",
    async () => {
      await desktop.shell(`
      ip link add docker0 type veth peer name container
      ip address add 172.17.0.1/16 dev docker0
      ip link set docker0 up
      ip link set container up
      mkdir -p /etc/docker
      echo '{ "dns": ["172.17.0.1"] }' >/etc/docker/daemon.json`);
      const findSilent = async () => wrongOf(await examine(desktop)).filter(({ code }) => code?.startsWith("docker-"));
      const [found, ...others] = await findSilent();
      expect(others).toEqual([]);
      expect(found).toMatchObject({ code: "docker-dns-silent", grade: "warning" });
      await desktop.shell(commandOf(found).replaceAll("sudo ", ""));
      await eventually(async () => expect(await findSilent()).toEqual([]), healing);
      expect(wordsOf(await examine(desktop), "docker-dns")).toMatch(/^ok Containers of Docker ask/);
      await desktop.shell(
        "ip link delete docker0; rm -r /etc/docker /etc/systemd/resolved.conf.d; systemctl restart systemd-resolved",
      );
      expect(await addressOf(desktop, "undocked.apps.dtk.io")).toBe(clusterIP);
    },
  );

  test.skipIf(asked !== "delegate")(
    "where DNSSEC is checked, nothing is exempt from it before somebody agreed",
    async () => {
      const { make, undo = "" } = plays["resolver-checks-dnssec"];
      await desktop.shell(make);
      const answer = await desktop.shell(`${launcher} install --resolver=delegate 2>&1 || echo "exit $?"`);
      expect(answer).toMatch(/exempt from it, by a negative trust anchor[\s\S]*exit 2\n$/);
      expect(await desktop.shell("ls /etc/dnssec-trust-anchors.d 2>&1 || true")).toContain("No such file");
      await desktop.shell(undo);
    },
  );

  test.each(resolverFaults.filter(({ code }) => plays[code].on === suite))("$fault ($code)", async ({ code }) => {
    const { make, undo } = plays[code];
    await desktop.shell(make);
    const found = await eventually(async () => {
      const [first] = await findWrong();
      expect(first).toMatchObject({ code });
      return first;
    });
    // Nobody can be asked here.
    const command = commandOf(found)
      .replace("sudo ", "")
      .replace("hostsfile-server install", `${launcher} install --yes`);
    await desktop.shell(command);
    await eventually(async () => expect(await findWrong()).toEqual([]), healing);
    expect(await addressOf(desktop, "repaired.apps.dtk.io")).toBe(clusterIP);
    if (undo !== undefined) await desktop.shell(undo);
  });
});
