/** Which way is chosen on which machine, and what is said of it. */
import { describe, expect, test } from "vitest";
import { resolvedOf, resolverFactsOf } from "../../../test/support/resolver-parts.ts";
import { type AskedWay, askedWays, responderPlace } from "../resolver-wiring.ts";
import { chooseWay } from "./choose.ts";
import type { ResolvedFacts, ResolverFacts } from "./facts.ts";
import type { Lifetime } from "./way.ts";

const nothing = resolverFactsOf({ nameservers: ["192.0.2.1"] });
const local = { readsFolder: true, isValidating: false, mustRestart: false };

function resolved(version: number, more: Partial<ResolvedFacts> = {}): Partial<ResolverFacts> {
  return {
    resolved: resolvedOf({ version, ...more }),
    nameservers: ["127.0.0.53"],
  };
}

function choose(facts: Partial<ResolverFacts>, asked: AskedWay = "auto", lifetime: Lifetime = "installed") {
  const { way, sentence, trouble } = chooseWay(
    { ...nothing, ...facts },
    { asked, lifetime, responder: responderPlace },
  );
  return { way: way?.name ?? "none", sentence, trouble };
}

const onLoopback = { nameservers: ["127.0.0.1"] };

test("without the responder only a resolver that calls the server itself can be told", () => {
  const without = (version: number, asked: AskedWay) =>
    chooseWay({ ...nothing, ...resolved(version) }, { asked, lifetime: "installed", responder: undefined });
  expect(without(262, "auto").way?.name).toBe("hook");
  expect(without(257, "auto").way).toBeUndefined();
  expect(without(257, "auto").sentence).toContain("the DNS responder is off (--dns=off)");
  expect(without(257, "auto").sentence).not.toContain("5391");
  expect(without(262, "delegate").trouble?.message).toContain("--dns=off");
});

describe("auto, installed and in the foreground", () => {
  test.each([
    ["systemd-resolved 262", resolved(262), "hook", "hook"],
    ["its first version with hooks", resolved(259), "hook", "hook"],
    ["its only version with delegates alone", resolved(258), "delegate", "delegate"],
    ["Debian 13", resolved(257), "link", "link"],
    ["Debian 12 with NetworkManager", { ...resolved(252), networkManagerMode: "systemd-resolved" }, "link", "link"],
    ["its first version with ports", resolved(246), "link", "link"],
    ["one that is too old", resolved(245), "none", "none"],
    ["one that nobody asks", { ...resolved(257, { isAsked: false }), nameservers: ["192.0.2.1"] }, "none", "none"],
    [
      "one that nobody asks, beside dnsmasq",
      { ...resolved(257, { isAsked: false }), ...onLoopback, dnsmasq: local },
      "dnsmasq",
      "none",
    ],
    [
      "NetworkManager's dnsmasq",
      { ...onLoopback, networkManagerMode: "dnsmasq", dnsmasq: local },
      "network-manager",
      "none",
    ],
    ["NetworkManager that writes resolv.conf", { networkManagerMode: "default" }, "none", "none"],
    ["dnsmasq", { ...onLoopback, dnsmasq: local }, "dnsmasq", "none"],
    ["dnsmasq that reads no folder", { ...onLoopback, dnsmasq: { ...local, readsFolder: false } }, "none", "none"],
    ["dnsmasq that checks DNSSEC", { ...onLoopback, dnsmasq: { ...local, isValidating: true } }, "none", "none"],
    ["unbound", { ...onLoopback, unbound: local }, "unbound", "none"],
    ["unbound that reads no folder", { ...onLoopback, unbound: { ...local, readsFolder: false } }, "none", "none"],
    ["a plain resolv.conf", {}, "none", "none"],
  ])("%s", (_, facts, installed, foreground) => {
    expect(choose(facts).way).toBe(installed);
    expect(choose(facts, "auto", "foreground").way).toBe(foreground);
    expect(choose(facts).trouble).toBeUndefined();
  });

  test("never a server for the whole machine", () => {
    for (let version = 240; version < 300; version += 1) expect(choose(resolved(version)).way).not.toBe("global");
  });

  test("nobody but root tells a resolver", () => {
    const { way, sentence } = choose({ ...resolved(262), mayTell: false });
    expect([way, sentence]).toEqual(["none", expect.stringContaining("takes root")]);
  });
});

describe("what is said", () => {
  test("is one line with what is in charge and the way", () => {
    expect(choose(resolved(257)).sentence).toBe(
      "systemd-resolved 257 is in charge of names; it is told the domains as those of the network link hostsfile0, which leads nowhere else (link).",
    );
  });

  test("of a machine that can be told nothing names what still works", () => {
    const { sentence } = choose({});
    expect(sentence).toContain("resolv.conf names 192.0.2.1");
    expect(sentence).toContain("Names in the hosts file resolve all the same.");
    expect(sentence).toContain("127.0.0.1:5391");
  });

  test("of a resolver that is too old says which version it takes", () => {
    expect(choose(resolved(245)).sentence).toContain("it takes systemd-resolved 246, and this is 245");
  });

  test("never spans lines", () => {
    for (const asked of askedWays) expect(choose(resolved(250), asked).sentence).not.toContain("\n");
  });
});

describe("a way that was asked for", () => {
  test.each([
    ["delegate", resolved(262), "delegate"],
    ["link", resolved(262), "link"],
    ["global", resolved(257), "global"],
    ["dnsmasq", { networkManagerMode: "dnsmasq" }, "network-manager"],
    ["none", resolved(262), "none"],
  ] as const)("%s is used where it can be", (asked, facts, way) => {
    expect(choose(facts, asked)).toMatchObject({ way, trouble: undefined });
  });

  test.each([
    ["hook", resolved(258), "it takes systemd-resolved 259, and this is 258", "delegate"],
    ["delegate", resolved(257), "it takes systemd-resolved 258, and this is 257", "link"],
    ["unbound", resolved(262), "programs do not ask an unbound here", "hook"],
    [
      "global",
      resolved(262, { globalServers: ["9.9.9.9"] }),
      "it has servers for the whole machine already (9.9.9.9)",
      "hook",
    ],
    ["link", {}, "systemd-resolved does not run here", undefined],
  ] as const)("%s is a trouble where it cannot be", (asked, facts, reason, better) => {
    const { way, trouble } = choose(facts, asked);
    expect([way, trouble?.code]).toEqual(["none", "resolver-way-impossible"]);
    expect(trouble?.message).toContain(reason);
    expect(trouble?.hint).toContain(better === undefined ? "--resolver=none" : `which is ${better} here`);
  });
});
