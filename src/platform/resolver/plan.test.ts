/** What each way writes and says, word for word. */
import { describe, expect, test } from "vitest";
import { resolvedOf, resolverFactsOf } from "../../../test/support/resolver-parts.ts";
import type { Routing } from "../resolver-wiring.ts";
import { ways } from "./choose.ts";
import { delegate } from "./delegate.ts";
import { dnsmasq } from "./dnsmasq.ts";
import type { ResolverFacts } from "./facts.ts";
import { global } from "./global.ts";
import { hook } from "./hook.ts";
import { link } from "./link.ts";
import { networkManager } from "./network-manager.ts";
import { isOwn } from "./own-file.ts";
import { unbound } from "./unbound.ts";
import { type Lifetime, type Way, emptyPlan, obstacleOf } from "./way.ts";

const routing: Routing = {
  routes: ["dtk.io", "other.io"],
  responder: { address: "127.0.0.1", port: 5391 },
  isUnsigned: false,
};

function factsOf(version: number, more: Partial<ResolverFacts> = {}): ResolverFacts {
  return resolverFactsOf({ resolved: resolvedOf({ version }), ...more });
}

function plan(way: Way, more: Partial<Routing> = {}, facts = factsOf(262), lifetime: Lifetime = "installed") {
  const { files, ...rest } = way.plan({ ...routing, ...more }, { facts, lifetime });
  expect(files.every(({ content }) => isOwn(content))).toBe(true);
  // Without the line that vouches for the rest.
  return { ...rest, files: files.map(({ path, content }) => [path, content.slice(content.indexOf("\n") + 1)]) };
}

test("a hook needs no file", () => {
  expect(hook.plan(routing, { facts: factsOf(262), lifetime: "installed" })).toBe(emptyPlan);
});

describe("a delegate", () => {
  const text = "[Delegate]\nDNS=127.0.0.1:5391\nDomains=~dtk.io ~other.io\n";

  test("is a file that is read at a reload", () => {
    expect(plan(delegate)).toMatchObject({
      files: [["/etc/systemd/dns-delegate.d/hostsfile-server.dns-delegate", text]],
      reload: [["systemctl", "reload", "systemd-resolved.service"]],
    });
  });

  test("in the foreground lies where it is gone at the next boot", () => {
    const { files } = plan(delegate, {}, factsOf(262), "foreground");
    expect(files).toEqual([["/run/systemd/dns-delegate.d/hostsfile-server.dns-delegate", text]]);
  });

  test("of an IPv6 address has brackets", () => {
    const { files } = plan(delegate, { responder: { address: "::1", port: 5391 } });
    expect(files[0]?.[1]).toContain("DNS=[::1]:5391\n");
  });

  test("exempts the domains from DNSSEC only when told so", () => {
    const { files } = plan(delegate, { isUnsigned: true });
    expect(files[0]).toEqual(["/etc/dnssec-trust-anchors.d/hostsfile-server.negative", "dtk.io\nother.io\n"]);
  });
});

describe("a global server", () => {
  test("is read at a restart, since a reload keeps domains that are gone from the file", () => {
    expect(plan(global, {}, factsOf(257))).toMatchObject({
      files: [
        [
          "/etc/systemd/resolved.conf.d/hostsfile-server.conf",
          "[Resolve]\nDNS=127.0.0.1:5391\nDomains=~dtk.io ~other.io\n",
        ],
      ],
      reload: [["systemctl", "restart", "systemd-resolved.service"]],
    });
  });
});

describe("a link", () => {
  test("is told the domains before the server, so that nothing else is ever asked over it", () => {
    const { tell, untell, check, files } = plan(link);
    const verbs = tell.map(([, verb]) => verb);
    expect(verbs.indexOf("domain")).toBeLessThan(verbs.indexOf("dns"));
    expect(verbs.indexOf("default-route")).toBeLessThan(verbs.indexOf("dns"));
    expect(tell).toContainEqual(["resolvectl", "domain", "hostsfile0", "~dtk.io", "~other.io"]);
    expect(tell).toContainEqual(["resolvectl", "dns", "hostsfile0", "127.0.0.1:5391"]);
    expect(untell).toEqual([["resolvectl", "revert", "hostsfile0"]]);
    expect(check?.words).toEqual(["~dtk.io", "~other.io"]);
    expect(check?.read("Link 4 (hostsfile0): ~other.io ~dtk.io\n")).toEqual(["~other.io", "~dtk.io"]);
    expect(check?.read("Link 4 (hostsfile0):\n")).toEqual([]);
    expect(files).toEqual([]);
  });

  test("is left alone by NetworkManager, where that runs", () => {
    const { files, reload } = plan(link, {}, factsOf(252, { networkManagerMode: "systemd-resolved" }));
    expect(files).toEqual([
      [
        "/etc/NetworkManager/conf.d/hostsfile-server.conf",
        "[keyfile]\nunmanaged-devices+=interface-name:hostsfile0*\n",
      ],
    ]);
    expect(reload).toEqual([["nmcli", "general", "reload", "conf"]]);
  });
});

describe.each([
  [dnsmasq, "/etc/dnsmasq.d", ["systemctl", "restart", "dnsmasq.service"], "systemctl"],
  [networkManager, "/etc/NetworkManager/dnsmasq.d", ["nmcli", "general", "reload", "dns-full"], "systemd-run"],
] as const)("dnsmasq's options: $0.name", (way, folder, restart, sender) => {
  const servers = "server=/dtk.io/127.0.0.1#5391\nserver=/other.io/127.0.0.1#5391\n";
  const rebinding = "rebind-domain-ok=/dtk.io/\nrebind-domain-ok=/other.io/\n";

  test("the servers are in a file of their own, which it reads again at a signal", () => {
    const list = `${folder}/.hostsfile-server.servers`;
    const { files, reload, reread } = plan(way);
    expect(files).toEqual([
      [list, servers],
      [`${folder}/hostsfile-server.conf`, `servers-file=${list}\n${rebinding}`],
    ]);
    expect(reload).toEqual([restart]);
    expect(reread?.[0]?.[0]).toBe(sender);
  });

  test("all is in one file where only a restart will do", () => {
    const only = { readsFolder: true, isValidating: false, mustRestart: true };
    const { files, reload, reread } = plan(way, {}, factsOf(262, { dnsmasq: only, networkManagerMustRestart: true }));
    expect(files).toEqual([[`${folder}/hostsfile-server.conf`, servers + rebinding]]);
    expect([reload, reread]).toEqual([[restart], undefined]);
  });
});

test("unbound's options", () => {
  const [[path, text] = []] = plan(unbound, { routes: ["home.arpa"], isUnsigned: true }).files;
  expect(path).toBe("/etc/unbound/unbound.conf.d/hostsfile-server.conf");
  expect(text).toBe(`\
server:
    do-not-query-localhost: no
    local-zone: "home.arpa." nodefault
    domain-insecure: "home.arpa."
stub-zone:
    name: "home.arpa."
    stub-addr: 127.0.0.1@5391
    stub-no-cache: yes
`);
  expect(plan(unbound).files[0]?.[1]).not.toContain("domain-insecure");
});

test.each(ways.filter(({ name }) => name !== "hook"))("$name writes in places of its lifetime alone", (way) => {
  for (const lifetime of ["installed", "foreground"] as const) {
    const facts = factsOf(258, { networkManagerMode: "dnsmasq" });
    if (obstacleOf(way, facts, { lifetime, responder: routing.responder }) !== undefined) continue;
    const root = lifetime === "installed" ? "/etc/" : "/run/";
    for (const { path } of way.plan({ ...routing, isUnsigned: true }, { facts, lifetime }).files)
      expect(path.startsWith(root)).toBe(true);
  }
});
