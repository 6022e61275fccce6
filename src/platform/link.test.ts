/** Kinds of interfaces, by what kernels say about them. */
import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import { type LinkFacts, isForeign, readLinks } from "./link.ts";

const pair: LinkFacts = {
  device: "../../devices/virtual/net/veth1",
  type: 1,
  otherEnd: 2,
  driver: undefined,
  tunFlags: undefined,
  lower: [],
  master: undefined,
};

test.each<[string, Partial<LinkFacts>, boolean]>([
  ["an end of a pair, as of a container", {}, false],
  ["a bridge", { driver: "bridge" }, false],
  ["a bridge with ports", { driver: "bridge", lower: ["veth1"] }, false],
  ["a virtual machine's tap", { tunFlags: 0x5002 }, false],
  ["a tap that is the port of a bridge", { tunFlags: 0x1002, master: "virbr0" }, false],
  ["a VPN's tap", { tunFlags: 0x1002 }, true],
  ["a tun interface", { tunFlags: 0x1001, type: 65534 }, true],
  ["a network card", { device: "../../devices/pci0000:00/0000:00:03.0/virtio2/net/eth0" }, true],
  ["a wireless card", { device: "../../devices/pci0000:00/0000:01:00.0/net/wlan0", driver: "wlan" }, true],
  ["a telephone on USB", { device: "../../devices/pci0000:00/usb1/1-1/net/usb0", driver: undefined }, true],
  ["a VLAN", { driver: "vlan", lower: ["eth0"] }, true],
  ["a macvlan whose card is in another namespace", { driver: "macvlan" }, true],
  ["a bond", { driver: "bond", lower: ["eth0"] }, true],
  ["a team", { lower: ["eth0"] }, true],
  ["a VXLAN", { driver: "vxlan" }, true],
  ["a tunnel for Ethernet frames", { otherEnd: 0 }, true],
  ["WireGuard", { driver: "wireguard", type: 65534 }, true],
  ["loopback", { type: 772 }, true],
])("%s", (_, facts, expected) => {
  expect(isForeign({ ...pair, ...facts })).toBe(expected);
});

test.runIf(process.platform === "linux")(
  "the interfaces of this machine are those that have an address, and more",
  () => {
    const links = new Map(readLinks().map((link) => [link.name, link]));
    for (const [name, [address] = []] of Object.entries(networkInterfaces())) {
      expect(links.get(name)?.mac).toBe(address?.mac);
    }
    expect(links.get("lo")?.isForeign).toBe(true);
  },
);
