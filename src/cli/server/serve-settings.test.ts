/** What each flag of the server takes and refuses, and what it becomes. */
import { describe, expect, test } from "vitest";
import { formatListenAddress } from "../../records/listen-address.ts";
import { readSettings } from "../setting.ts";
import { type ServeSettings, serveSettings } from "./serve-settings.ts";

/** Reads flags, named as commander names them. */
function read(flags: Readonly<Record<string, string | boolean | readonly string[]>>): ServeSettings {
  return readSettings(serveSettings, { program: "hostsfile-server", flags, words: [], environment: {} }).given;
}

describe("the port", () => {
  test.each([
    ["0", 0],
    ["5000", 5000],
    ["65535", 65_535],
    ["00080", 80],
  ])("%s", (text, port) => {
    expect(read({ port: text }).port).toBe(port);
  });

  test.each(["65536", "-1", "5000.0", "0x1388", " 5000", "5e3", "http"])("not %j", (text) => {
    expect(() => read({ port: text })).toThrow(`--port: ${JSON.stringify(text)} is not a port`);
  });
});

describe("the time after which a cluster is forgotten", () => {
  test.each([
    ["1m", 60_000],
    ["90m", 5_400_000],
    ["12h", 43_200_000],
    ["14d", 1_209_600_000],
    ["999999d", 86_399_913_600_000],
  ])("%s is %i ms", (text, milliseconds) => {
    expect(read({ forgetAfter: text }).forgetAfter).toBe(milliseconds);
  });

  test.each(["0m", "0d", "14", "d", "1w", "1.5h", "-1d", "1 d", "1000000d", "14D"])("not %j", (text) => {
    expect(() => read({ forgetAfter: text })).toThrow("--forget-after: ");
  });
});

describe("the cluster IP", () => {
  test.each([
    ["192.0.2.7", ["192.0.2.7"]],
    ["2001:DB8::7", ["2001:db8::7"]],
    ["2001:db8::7,192.0.2.7", ["192.0.2.7", "2001:db8::7"]],
    ["192.0.2.7, 2001:db8::7", ["192.0.2.7", "2001:db8::7"]],
  ])("%s", (text, addresses) => {
    expect(read({ clusterIp: text }).clusterIP).toEqual({ clusterIPs: addresses, followsCaller: false });
  });

  test("auto follows the caller", () => {
    expect(read({ clusterIp: "auto" }).clusterIP).toMatchObject({ followsCaller: true });
  });

  test.each(["192.0.2.7,192.0.2.8", "192.0.2", "localhost", "0.0.0.0", "::", "auto,192.0.2.7"])("not %j", (text) => {
    expect(() => read({ clusterIp: text })).toThrow("--cluster-ip: ");
  });
});

describe("domains", () => {
  test.each([
    ["dtk.io", ["dtk.io"]],
    ["dtk.io,mydomain.io", ["dtk.io", "mydomain.io"]],
    ["DTK.io", ["dtk.io"]],
    ["bücher.io", ["xn--bcher-kva.io"]],
  ])("%s", (text, domains) => {
    expect(read({ domains: text }).domains).toEqual(domains);
  });

  test.each(["*.io", "-a.io", "a b.io", "dtk.io,/x"])("not %j", (text) => {
    expect(() => read({ domains: text })).toThrow("is not a domain name, for example dtk.io");
  });
});

describe("who may call", () => {
  test("commas and repeated flags are one list", () => {
    const given = read({ allow: ["192.168.122.0/24,10.0.0.1", "fd00::/8"] }).allow;
    expect(given).toHaveLength(3);
  });

  test.each(["10.0.0.0/33", "10.0.0.0/99", "fd00::/129", "home"])("not %j", (text) => {
    expect(() => read({ allow: [text] })).toThrow("is not a network, for example 192.168.122.0/24");
  });
});

describe("where it listens", () => {
  test.each(["127.0.0.1", "0.0.0.0", "::1", "2001:db8::1", "fe80::1%eth0"])("%s", (text) => {
    expect(read({ host: text }).host).toBe(text);
  });

  test.each(["localhost", "example.com", "1.2.3", "0x7f.1", ""])("not %j", (text) => {
    expect(() => read({ host: text })).toThrow("--host: ");
  });
});

test.each([
  ["targets", "cluster", "cluster"],
  ["targets", "record", "record"],
  ["logFormat", "auto", "auto"],
  ["logFormat", "json", "json"],
  ["logFormat", "text", "text"],
] as const)("%s %s", (key, text, expected) => {
  expect(read({ [key]: text })[key]).toBe(expected);
});

test.each([
  ["targets", "both", "--targets: "],
  ["targets", "Cluster", "--targets: "],
  ["logFormat", "pretty", "--log-format: "],
] as const)("%s is not %s", (key, text, words) => {
  expect(() => read({ [key]: text })).toThrow(words);
});

test("what is not given has no value, so that what was saved holds", () => {
  expect(Object.values(read({})).filter((value) => value !== undefined)).toEqual([]);
});

test("the environment has a twin of each, and a flag wins over it", () => {
  const environment = { HOSTSFILE_SERVER_PORT: "5001", HOSTSFILE_SERVER_DEBUG: "true", HOSTSFILE_SERVER_HOST: "" };
  const { given, sources } = readSettings(serveSettings, {
    program: "hostsfile-server",
    flags: { port: "5002" },
    words: [],
    environment,
  });
  expect([given.port, given.debug, given.host]).toEqual([5002, true, undefined]);
  expect([sources.port, sources.debug, sources.host]).toEqual(["--port", "HOSTSFILE_SERVER_DEBUG", undefined]);
});

describe("the DNS responder", () => {
  test.each([
    ["0", 0],
    ["1", 1],
    ["86400", 86_400],
  ])("keeps answers for %s s", (text, seconds) => {
    expect(read({ dnsTtl: text }).dnsTTL).toBe(seconds);
  });

  test.each(["86401", "-1", "1.5", "1m", "", "000001"])("does not keep them for %j", (text) => {
    expect(() => read({ dnsTtl: text })).toThrow("is not a number of seconds from 0 to 86400");
  });

  test.each([
    ["192.168.122.1", ["192.168.122.1:5391"]],
    ["192.168.122.1:53, [fd00::1]:53", ["192.168.122.1:53", "[fd00::1]:53"]],
    ["", []],
  ])("listens on %j", (text, places) => {
    expect(read({ dnsListen: text }).dnsListen?.map(formatListenAddress)).toEqual(places);
  });

  test.each(["0.0.0.0", "localhost", "192.168.122.1:0", "192.168.122.1:65536", "[fd00::1"])("not on %j", (text) => {
    expect(() => read({ dnsListen: text })).toThrow("is not one address of this machine");
  });

  test.each([
    ["on", true],
    ["off", false],
    ["true", true],
  ])("is %s", (text, isOn) => {
    expect(read({ dns: text }).dns).toBe(isOn);
  });
});

describe("the system resolver", () => {
  test.each(["auto", "hook", "delegate", "link", "global", "dnsmasq", "unbound", "none"])("%s is a way", (way) => {
    expect(read({ resolver: way }).resolver).toBe(way);
  });

  test.each(["", "Hook", "network-manager", "bind"])("%j is not, and those that are, are named", (way) => {
    expect(() => read({ resolver: way })).toThrow(/--resolver: .* is not .*dnsmasq.*none/);
  });
});

describe("a team's etcd", () => {
  test.each(["etcd://e1", "etcd://e1:2379,e2:2379", "etcd://[fd00::1]:2379"])("%s", (url) => {
    expect(read({ store: url }).store?.endpoints.length).toBe(url.split(",").length);
  });

  test.each(["e1:2379", "http://e1:2379", "etcd://", "etcd://e1/skydns", "etcd://e1:port"])("not %j", (url) => {
    expect(() => read({ store: url })).toThrow("is not an address of etcd, for example etcd://e1:2379,e2:2379,e3:2379");
  });

  test.each(["/skydns", "/a/b-c"])("publishes below %s", (path) => {
    expect(read({ skydnsPath: path }).skydnsPath).toBe(path);
  });

  test.each(["skydns", "/", "//a", "/a/", "/a b", "/a?b", ""])("not below %j", (path) => {
    expect(() => read({ skydnsPath: path })).toThrow("is not a path, for example /skydns");
  });
});

test("a switch that is given twice counts as it was given last, a list as all of it", () => {
  expect(read({ dns: ["on", "off"] }).dns).toBe(false);
  expect(read({ domains: ["dtk.io", "my.io"] }).domains).toEqual(["dtk.io", "my.io"]);
});
