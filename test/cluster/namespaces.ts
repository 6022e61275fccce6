/** Linux namespaces that live as long as a test: nothing is named, so nothing can be left behind. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { eventually } from "./eventually.ts";
import { run, startProgram } from "./program.ts";

export interface Namespaces extends AsyncDisposable {
  /** What to put before a command so that it runs inside, with the mounts of these namespaces. */
  readonly enter: readonly string[];
  /** The same for the network alone: the command keeps the mounts that it has. Empty without a network. */
  readonly enterNetwork: readonly string[];
  /** The file system inside as seen from outside: put before an absolute path. */
  readonly root: string;
}

/**
 * Opens a private mount namespace (unshare(1)), a network namespace of its own, or both in one, as a machine has them.
 *
 * @param kind - with `network` and `machine` only loopback is up at first, and `/sys` shows these interfaces; `network`
 *   sees what is mounted outside
 */
export async function openNamespaces(kind: "mount" | "network" | "machine"): Promise<Namespaces> {
  const hasNetwork = kind !== "mount";
  const propagation = kind === "network" ? "slave" : "private";
  const flags = ["--mount", `--propagation=${propagation}`, ...(hasNetwork ? ["--net"] : [])];
  const prepare = hasNetwork ? "mount -t sysfs sysfs /sys; " : "";
  const holder = await startProgram(["unshare", ...flags, "sh", "-ec", `${prepare}echo open; exec sleep infinity`]);
  await eventually(() => assert(holder.log().includes("open")));
  const network = hasNetwork ? [`--net=/proc/${holder.pid}/ns/net`] : [];
  const enter = ["nsenter", `--mount=/proc/${holder.pid}/ns/mnt`, ...network, "--"];
  if (hasNetwork) await run([...enter, "ip", "link", "set", "lo", "up"]);
  return {
    enter,
    enterNetwork: hasNetwork ? ["nsenter", ...network, "--"] : [],
    root: `/proc/${holder.pid}/root`,
    [Symbol.asyncDispose]: async () => {
      await holder.stop("SIGKILL");
    },
  };
}

/** Gives a network namespace an address, on its loopback: a dummy interface needs a kernel module that may be missing. */
export async function addAddress({ enter }: Namespaces, address: string): Promise<void> {
  await run([...enter, "ip", "address", "add", `${address}/32`, "dev", "lo"]);
}

/** A cable between two machines, and the addresses at its ends. */
export interface Link {
  /** Of the interface at the first machine; at the other it is `eth0`. */
  readonly name: string;
  readonly addresses: readonly (readonly [own: string, others: string])[];
  /** Bits of the IPv4 networks; 24 unless given. */
  readonly length?: number;
}

/**
 * Lays a cable between two machines (veth(4)); it goes with the namespaces.
 *
 * @param machine - a namespace; an empty `enter` is the machine that the test runs on
 */
export async function connect(
  machine: Pick<Namespaces, "enter">,
  other: Namespaces,
  { name, addresses, length = 24 }: Link,
): Promise<void> {
  const { enter } = machine;
  const peer = ["type", "veth", "peer", "name", "eth0", "netns", join(other.root, "..", "ns", "net")];
  await run([...enter, "ip", "link", "add", name, ...peer]);
  for (const [own, others] of addresses) {
    await run([...enter, "ip", "address", "add", withLength(own, length), "dev", name, ...nodad(own)]);
    await run([...other.enter, "ip", "address", "add", withLength(others, length), "dev", "eth0", ...nodad(others)]);
  }
  await run([...enter, "ip", "link", "set", name, "up"]);
  await run([...other.enter, "ip", "link", "set", "eth0", "up"]);
  // Its carrier, and with it the address of the link, come a moment later.
  await eventually(async () =>
    assert.match(await run([...other.enter, "ip", "-brief", "link", "show", "eth0"]), / UP /),
  );
}

function withLength(address: string, length: number): string {
  return `${address}/${address.includes(":") ? 64 : length}`;
}

/** Without it an IPv6 address cannot be used for a second. */
function nodad(address: string): string[] {
  return address.includes(":") ? ["nodad"] : [];
}
