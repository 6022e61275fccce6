/** What real resolvers and their files say. */
import { describe, expect, test } from "vitest";
import {
  asksResolved,
  claimsIn,
  globalServersIn,
  isValidatingIn,
  nameserversIn,
  readsDnsmasqFolder,
  readsUnboundFolder,
  serversOfLinks,
  versionIn,
} from "./read-texts.ts";

test("the servers of resolv.conf", () => {
  expect(nameserversIn("# nameserver 9.9.9.9\nnameserver 127.0.0.53\noptions edns0\n  nameserver ::1 # x\n")).toEqual([
    "127.0.0.53",
    "::1",
  ]);
});

test.each([
  ["hosts: files resolve [!UNAVAIL=return] dns", true],
  ["hosts:          mymachines resolve [!UNAVAIL=return] files myhostname dns", true],
  ["hosts: files mdns4_minimal [NOTFOUND=return] dns", false],
  ["hosts: files dns resolve", false],
  ["hosts: files # resolve", false],
  ["passwd: resolve\n", false],
])("whether the C library asks resolved: %s", (line, expected) => {
  expect(asksResolved(`passwd: files\n${line}\n`)).toBe(expected);
});

test.each([
  ["systemd 252 (252.38-1~deb12u1)\n+PAM", 252],
  ["systemd 262 (262.1-1)\n", 262],
  ["systemd 259~rc2\n", 259],
  ["resolvectl: not found", undefined],
])("the version in %j", (text, version) => {
  expect(versionIn(text)).toBe(version);
});

const dns = "Global: 127.0.0.1:5391 9.9.9.9 1.1.1.1#cloudflare-dns.com\nLink 2 (eth0): 203.0.113.1\nLink 3 (wlan0):\n";

test("servers for the whole machine are those of others", () => {
  expect(globalServersIn(dns)).toEqual(["9.9.9.9", "1.1.1.1#cloudflare-dns.com"]);
  expect(globalServersIn("Global:\nLink 2 (eth0): 203.0.113.1\n")).toEqual([]);
  expect(globalServersIn("Global: [::1]:5391\n")).toEqual([]);
  expect(globalServersIn("Global: 127.0.0.1\n")).toEqual(["127.0.0.1"]);
});

test("links with servers", () => {
  expect(serversOfLinks(dns)).toEqual(["eth0"]);
});

test.each([
  ["Global: no\nLink 2 (eth0): no\n", false],
  ["Global: yes\nLink 2 (eth0): yes\n", true],
  ["Global: no\nLink 2 (eth0): allow-downgrade\n", true],
  ["Global: no\nLink 4 (hostsfile0): yes\n", false],
])("whether DNSSEC is checked: %j", (text, expected) => {
  expect(isValidatingIn(text, "hostsfile0")).toBe(expected);
});

describe("whether dnsmasq reads its folder", () => {
  test.each([
    ["Debian's command line", ["dnsmasq", "-x", "/run/x", "-7", "/etc/dnsmasq.d,.dpkg-dist,.dpkg-old"], "", true],
    ["an option in one word", ["dnsmasq", "--conf-dir=/etc/dnsmasq.d"], "", true],
    ["Fedora's settings", ["dnsmasq"], "conf-dir=/etc/dnsmasq.d,.rpmnew,.rpmsave\n", true],
    ["a commented line", ["dnsmasq"], "#conf-dir=/etc/dnsmasq.d\n", false],
    ["another folder", ["dnsmasq"], "conf-dir=/etc/other.d\n", false],
    ["one that begins alike", ["dnsmasq", "-7", "/etc/dnsmasq.d.old"], "", false],
  ])("%s", (_, command, settings, expected) => {
    expect(readsDnsmasqFolder(command, settings, "/etc/dnsmasq.d")).toBe(expected);
  });
});

test.each([
  ['include-toplevel: "/etc/unbound/unbound.conf.d/*.conf"\n', true],
  ["  include: /etc/unbound/unbound.conf.d/*.conf\n", true],
  ['# include: "/etc/unbound/unbound.conf.d/*.conf"\n', false],
  ["server:\n", false],
])("whether unbound reads its folder: %j", (text, expected) => {
  expect(readsUnboundFolder(text, "/etc/unbound/unbound.conf.d")).toBe(expected);
});

test("who has which domains", () => {
  expect(claimsIn("Global: ~a.io b\nLink 2 (eth0):\nLink 12 (tun0): ~c.io\nDelegate x: ~d.io\n")).toEqual([
    { link: undefined, words: ["~a.io", "b"] },
    { link: "eth0", words: [] },
    { link: "tun0", words: ["~c.io"] },
  ]);
});
