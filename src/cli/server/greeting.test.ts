/** What the server says first, and the address that a guest can reach. */
import { describe, expect, test } from "vitest";
import type { ClusterSettings } from "../../records/cluster.ts";
import { type GreetingFacts, renderGreeting, webhookHost } from "./greeting.ts";

const settings = {
  clusterIPs: ["192.168.122.167"],
  domains: ["dtk.io"],
  targets: "cluster",
} as unknown as ClusterSettings;
const interfaces = [
  { interfaceName: "lo", address: "127.0.0.1", bits: 8, mac: "00:00:00:00:00:00" },
  { interfaceName: "wlan0", address: "192.168.0.12", bits: 24, mac: "02:00:00:00:00:01" },
  { interfaceName: "docker0", address: "172.17.0.1", bits: 16, mac: "02:00:00:00:00:02" },
  { interfaceName: "virbr0", address: "192.168.122.1", bits: 24, mac: "02:00:00:00:00:03" },
  { interfaceName: "virbr0", address: "fe80::1", bits: 64, mac: "02:00:00:00:00:03" },
];
const facts: GreetingFacts = {
  version: "1.2.3",
  kept: "/etc/hosts",
  isDryRun: false,
  port: 5000,
  host: undefined,
  settings,
  isReady: true,
  shown: 2,
  allowed: ["172.17.0.0/16", "192.168.122.0/24"],
  isTokenRequired: false,
  interfaces,
};

function says(change: Partial<GreetingFacts>): string {
  return renderGreeting({ ...facts, ...change }).join("\n");
}

describe("the address to paste", () => {
  test.each<[string, Partial<GreetingFacts>, string]>([
    ["is the one beside the cluster IP", {}, "192.168.122.1"],
    [
      "is the one beside an IPv6 cluster IP",
      {
        settings: { ...settings, clusterIPs: ["fd00::7"] } as unknown as ClusterSettings,
        interfaces: [...interfaces, { interfaceName: "kind", address: "fd00::1", bits: 64, mac: "" }],
      },
      "fd00::1",
    ],
    [
      "is one in a network that may call, without a cluster IP",
      { settings: { ...settings, clusterIPs: [] } },
      "172.17.0.1",
    ],
    [
      "is any that is not loopback, when nothing else is known",
      { settings: { ...settings, clusterIPs: [] }, allowed: [] },
      "192.168.0.12",
    ],
    [
      "is localhost on a machine without a network",
      { settings: { ...settings, clusterIPs: [] }, interfaces: interfaces.slice(0, 1) },
      "localhost",
    ],
    ["is the one that was given to listen on", { host: "10.1.2.3" }, "10.1.2.3"],
  ])("%s", (_, change, expected) => {
    expect(webhookHost({ ...facts, ...change })).toBe(expected);
  });

  test("is in brackets when it is IPv6, and names the place of the token", () => {
    expect(says({ host: "fd00::1", isTokenRequired: true })).toContain(
      "--webhook-provider-url=http://default:TOKEN@[fd00::1]:5000",
    );
  });
});

test.each<[string, Partial<GreetingFacts>, string]>([
  ["where the page is", {}, "To see the names in a browser: http://localhost:5000/"],
  ["where it is on one address", { host: "::1" }, "To see the names in a browser: http://[::1]:5000/"],
  ["where it is on every address", { host: "0.0.0.0" }, "To see the names in a browser: http://localhost:5000/"],
  ["how it opens with a token", { isTokenRequired: true }, "To see the names in a browser: hostsfile-server open"],
  ["what is managed", {}, "Managing dtk.io, pointing to 192.168.122.167."],
  [
    "that nothing is, with the command",
    { settings: { ...settings, domains: [] } },
    "No domain is managed yet. Add one: curl -d dtk.io http://localhost:5000/domains",
  ],
  [
    "that the cluster IP is missing, with the command",
    { settings: { ...settings, clusterIPs: [] } },
    "Set it: curl -d ADDRESS http://localhost:5000/clusterip",
  ],
  [
    "that records point where they say",
    { settings: { ...settings, targets: "record" } },
    "pointing to the records' own addresses",
  ],
  ["who may call", {}, "this machine and 172.17.0.0/16, 192.168.122.0/24 may call"],
  ["that user-mode guests count as this machine", {}, "user-mode networking count as this machine"],
  ["that a token is required", { isTokenRequired: true }, "callers must show a token"],
  ["that it is a dry run", { isDryRun: true }, "nothing is written."],
  ["that the file cannot be kept yet", { isReady: false }, "cannot keep /etc/hosts up to date yet"],
  ["how many names are shown", { shown: 1 }, "it shows 1 name."],
])("it says %s", (_, change, expected) => {
  expect(says(change)).toContain(expected);
});

test("what it says to type shows the token where one is wanted", () => {
  const unset = { ...settings, domains: [] };
  expect(says({ settings: unset, isTokenRequired: true })).toContain("curl -u :ADMIN_TOKEN -d dtk.io http://");
  expect(says({ settings: unset })).toContain("Add one: curl -d dtk.io http://");
});

test.each<[Partial<GreetingFacts>, string]>([
  [{ host: "192.168.122.1" }, "http://192.168.122.1:5000"],
  [{ host: "fd00::1", port: 5001 }, "http://[fd00::1]:5001"],
  [{ host: "::" }, "http://localhost:5000"],
])("with %j the lines to type reach the server where it listens", (place, address) => {
  expect(says({ ...place, settings: { ...settings, domains: [] } })).toContain(`curl -d dtk.io ${address}/domains`);
  expect(says({ ...place, settings: { ...settings, clusterIPs: [] } })).toContain(
    `curl -d ADDRESS ${address}/clusterip`,
  );
});

test.each<[Partial<GreetingFacts>, string]>([
  [{}, ""],
  [{ port: 5001 }, " --port=5001"],
  [{ host: "192.168.122.1" }, " --host=192.168.122.1"],
  [{ host: "fd00::1", port: 5001 }, " --port=5001 --host=fd00::1"],
  // These are what localhost leads to.
  [{ host: "127.0.0.1" }, ""],
  [{ host: "::1" }, ""],
  [{ host: "0.0.0.0" }, ""],
])("with %j our own commands are told so", (place, flags) => {
  const text = says({ ...place, isTokenRequired: true });
  expect(text).toContain(`\nTo see the names in a browser: hostsfile-server open${flags}\n`);
  expect(text).toContain(`\nNext, in another terminal and without sudo: hostsfile-server watch${flags}\n`);
});

test.each<[string, Partial<GreetingFacts>]>([
  ["hostsfile-server watch", {}],
  ["hostsfile-server watch --port=5001", { port: 5001 }],
  ["hostsfile-server watch --domains=dtk.io", { settings: { ...settings, domains: [] } }],
])("the watcher's command is the one that works as it is: %s", (command, change) => {
  expect(says(change)).toContain(`\nNext, in another terminal and without sudo: ${command}\n`);
});
