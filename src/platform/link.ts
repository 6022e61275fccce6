/** What the kernel says about the interfaces of this machine (Linux Documentation/ABI/testing/sysfs-class-net). */
import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { basename, join } from "node:path";

/** An interface, and the interfaces that frames pass to from it. */
export interface Link {
  readonly name: string;
  readonly index: number;
  /** The index of the other end of a pair (veth(4)), perhaps in another namespace; else its own. */
  readonly otherEnd: number;
  readonly mac: string;
  /** The ports of a bridge, and the bridge of a port. */
  readonly joined: readonly string[];
  /** Whether frames may go from it to anywhere but the interfaces it is joined with, containers and virtual machines. */
  readonly isForeign: boolean;
}

/** The answer of the kernel about one interface; an attribute that an interface does not have is undefined. */
export interface LinkFacts {
  /** Where its folder lies, for example `../../devices/virtual/net/virbr0`; that of a card is in a bus. */
  readonly device: string;
  /** The kind of hardware (Linux include/uapi/linux/if_arp.h). */
  readonly type: number;
  readonly otherEnd: number;
  /** The kind of a driver that has one, for example `bridge`, `wlan`, `vlan`, `wireguard`; pairs have none. */
  readonly driver: string | undefined;
  /** How a program opened a tun or tap interface (Linux include/uapi/linux/if_tun.h). */
  readonly tunFlags: number | undefined;
  /** The interfaces that it is made of, for example the ports of a bridge. */
  readonly lower: readonly string[];
  /** The interface that it is a part of, for example a bridge. */
  readonly master: string | undefined;
}

const ethernet = 1;
const tapFlag = 0x2;
/** Asked for by virtual machine monitors, which pass unfinished packets through; no VPN program does. */
const guestFlag = 0x4000;

/**
 * Whether an interface is anything but a bridge, an end of a pair, or the card of a virtual machine. What is unknown
 * counts as foreign: a network card, a tunnel, a VLAN, a tap that is not known to be a virtual machine's.
 */
export function isForeign({ device, type, otherEnd, driver, tunFlags, lower, master }: LinkFacts): boolean {
  if (!device.includes("/devices/virtual/net/") || type !== ethernet) return true;
  if (tunFlags !== undefined) {
    // Some virtual machines' taps lack the flag, but only those that are a port of a bridge.
    return (tunFlags & tapFlag) === 0 || ((tunFlags & guestFlag) === 0 && master === undefined);
  }
  if (driver !== undefined) return driver !== "bridge";
  // Tunnels for Ethernet frames say 0. What joins others without being a bridge is a team, a VRF or the like.
  return otherEnd === 0 || lower.length > 0;
}

const folder = "/sys/class/net";

/** Reads all interfaces; empty where there is no such folder. */
export function readLinks(): readonly Link[] {
  return namesIn(folder).flatMap((name) => readLink(name) ?? []);
}

/** One that goes while it is read is left out. */
function readLink(name: string): Link | undefined {
  try {
    const read = (attribute: string): string => readFileSync(join(folder, name, attribute), "utf8").trim();
    const entries = namesIn(join(folder, name));
    const event = read("uevent");
    const facts: LinkFacts = {
      device: readlinkSync(join(folder, name)),
      type: Number(read("type")),
      otherEnd: Number(read("iflink")),
      driver: /^DEVTYPE=(.+)$/m.exec(event)?.[1],
      tunFlags: entries.includes("tun_flags") ? Number(read("tun_flags")) : undefined,
      lower: entries.flatMap((entry) => /^lower_(.+)$/.exec(entry)?.[1] ?? []),
      master: entries.includes("master") ? basename(readlinkSync(join(folder, name, "master"))) : undefined,
    };
    return {
      name,
      index: Number(/^IFINDEX=(\d+)$/m.exec(event)?.[1]),
      otherEnd: facts.otherEnd,
      mac: read("address"),
      joined: facts.master === undefined ? facts.lower : [...facts.lower, facts.master],
      isForeign: isForeign(facts),
    };
  } catch {
    return undefined;
  }
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
