/** Who may call on a desktop with a home network, bridges of virtual machines, and a VPN. */
import { describe, expect, test } from "vitest";
import { type Address, parseAddress } from "../records/address.ts";
import { AllowList } from "./allow-list.ts";
import { parseCaller } from "../records/caller.ts";
import { type InterfaceAddress, type NetworkSource, parseNetwork } from "../records/network.ts";

const mac = "02:00:00:00:00:01";
const noMac = "00:00:00:00:00:00";

const interfaces: readonly InterfaceAddress[] = [
  { interfaceName: "lo", address: "127.0.0.1", bits: 8, mac: noMac },
  { interfaceName: "eth0", address: "192.168.0.12", bits: 24, mac },
  { interfaceName: "eth0", address: "2001:db8:1::12", bits: 64, mac },
  { interfaceName: "eth0", address: "fe80::12", bits: 64, mac },
  { interfaceName: "virbr0", address: "192.168.122.1", bits: 24, mac },
  { interfaceName: "virbr0", address: "fe80::1", bits: 64, mac },
  { interfaceName: "br-kind", address: "fc00:f853::1", bits: 64, mac },
  { interfaceName: "wg0", address: "10.8.0.2", bits: 24, mac: noMac },
];

const desktop: NetworkSource = { interfaces: () => interfaces, inner: () => new Set(["virbr0", "br-kind"]) };

interface Setup {
  readonly networks?: NetworkSource;
  readonly allow?: readonly string[];
  readonly clusterIPs?: readonly string[];
}

function makeList({ networks = desktop, allow, clusterIPs = [] }: Setup = {}): AllowList {
  const addresses: Address[] = clusterIPs.flatMap((text) => parseAddress(text) ?? []);
  const explicit = allow?.flatMap((text) => parseNetwork(text) ?? []);
  return new AllowList({ explicit: () => explicit, networks, clusterIPs: () => addresses, now: () => 0 });
}

function placeOf(list: AllowList, remote: string): "own" | "allowed" | "stranger" {
  const caller = parseCaller(remote);
  if (caller === undefined) throw new Error(remote);
  if (list.isOwn(caller)) return "own";
  return list.isAllowed(caller) ? "allowed" : "stranger";
}

describe("worked out", () => {
  test.each([
    ["127.0.0.1", "own"],
    ["127.0.0.53", "own"],
    ["::1", "own"],
    ["::ffff:127.0.0.1", "own"],
    ["192.168.0.12", "own"],
    ["::ffff:192.168.0.12", "own"],
    ["192.168.122.1", "own"],
    ["fe80::1%virbr0", "own"],
    ["192.168.122.167", "allowed"],
    ["::ffff:192.168.122.167", "allowed"],
    ["fc00:f853::2", "allowed"],
    ["fe80::2%virbr0", "allowed"],
    ["192.168.0.99", "stranger"],
    ["2001:db8:1::99", "stranger"],
    ["fe80::99%eth0", "stranger"],
    ["fe80::1%eth0", "stranger"],
    ["10.8.0.3", "stranger"],
    ["8.8.8.8", "stranger"],
  ])("%s is %s", (remote, expected) => {
    expect(placeOf(makeList(), remote)).toBe(expected);
  });

  test("the network that a cluster IP lies in may call: the seed's bridged VM", () => {
    const list = makeList({ clusterIPs: ["192.168.0.50"] });
    expect(placeOf(list, "192.168.0.99")).toBe("allowed");
    expect(placeOf(list, "2001:db8:1::99")).toBe("stranger");
    expect(list.describe()).toEqual(["192.168.122.0/24", "fc00:f853::/64", "192.168.0.0/24"]);
  });

  test("a cluster IP in no network of this machine opens nothing", () => {
    expect(placeOf(makeList({ clusterIPs: ["203.0.113.5"] }), "203.0.113.5")).toBe("stranger");
  });

  test("where no interface is known to be an inner one, only own addresses and the cluster's network may call", () => {
    const networks = { ...desktop, inner: () => new Set<string>() };
    expect(placeOf(makeList({ networks }), "192.168.122.167")).toBe("stranger");
    expect(placeOf(makeList({ networks }), "192.168.122.1")).toBe("own");
    expect(placeOf(makeList({ networks, clusterIPs: ["192.168.122.5"] }), "192.168.122.167")).toBe("allowed");
  });

  test("interfaces that come and go are seen within a second", () => {
    let [time, current] = [0, interfaces.filter(({ interfaceName }) => interfaceName !== "virbr0")];
    const networks = { ...desktop, interfaces: () => current };
    const list = new AllowList({ explicit: () => undefined, networks, clusterIPs: () => [], now: () => time });
    expect(placeOf(list, "192.168.122.167")).toBe("stranger");
    current = [...interfaces];
    time += 1000;
    expect(placeOf(list, "192.168.122.167")).toBe("allowed");
    current = [];
    time += 1000;
    expect(placeOf(list, "192.168.122.167")).toBe("stranger");
  });
});

describe("given", () => {
  test.each([
    ["192.0.2.7", "allowed"],
    ["::ffff:192.0.2.7", "allowed"],
    ["192.0.3.7", "stranger"],
    ["192.168.122.167", "stranger"],
    ["192.168.0.50", "stranger"],
    ["192.168.0.12", "own"],
    ["127.0.0.1", "own"],
  ])("%s is %s", (remote, expected) => {
    const list = makeList({ allow: ["192.0.2.0/24"], clusterIPs: ["192.168.0.50"] });
    expect([list.isExplicit, placeOf(list, remote)]).toEqual([true, expected]);
  });

  test("an empty list leaves this machine alone", () => {
    expect(placeOf(makeList({ allow: [] }), "192.168.122.167")).toBe("stranger");
    expect(placeOf(makeList({ allow: [] }), "127.0.0.1")).toBe("own");
  });
});
