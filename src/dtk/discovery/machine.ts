/** Asks the hypervisor for a virtual machine's addresses, when the cluster does not say them. */
import { type Address, parseAddress, targetKind } from "../../records/address.ts";
import { runProgram } from "../../base/process.ts";
import type { Candidate } from "../../kubernetes/cluster-ip/candidate.ts";

interface Machine {
  /** `virt` of config.yaml: `kvm` and `virtualbox` can be asked. */
  readonly virtualization: string | undefined;
  /** The virtual machine's name. */
  readonly name: string | undefined;
}

type Command = readonly [string, ...string[]];

/** Bridged machines have no lease of libvirt's own, so the guest agent and the ARP table are asked too (virsh(1) domifaddr). */
function commandsFor(virtualization: string, name: string): readonly Command[] {
  if (virtualization === "kvm") {
    return ["lease", "agent", "arp"].map((source) => ["virsh", "domifaddr", name, "--source", source]);
  }
  if (virtualization !== "virtualbox") return [];
  const interfaces = [0, 1, 2, 3];
  return interfaces.map((index) => [
    "VBoxManage",
    "guestproperty",
    "get",
    name,
    `/VirtualBox/GuestInfo/Net/${index}/V4/IP`,
  ]);
}

/**
 * Asks until one command names an address.
 *
 * @returns nothing when the hypervisor's command is missing, fails or knows no address
 */
export async function askHypervisor({ virtualization = "", name }: Machine): Promise<readonly Candidate[]> {
  if (name === undefined) return [];
  for (const [file, ...parameters] of commandsFor(virtualization, name)) {
    const { output } = await runProgram(file, parameters, { timeout: 5000 });
    const found = readAddresses(output);
    if (found.length > 0) return found.map((address) => ({ address, source: `${file} for the machine ${name}` }));
  }
  return [];
}

/**
 * Reads the addresses out of a table of `virsh domifaddr` (`vnet0 52:54:00:6b:3c:58 ipv4 192.168.122.63/24`) or out of
 * what `VBoxManage guestproperty get` says (`Value: 192.168.56.101`). VirtualBox's NAT gives every machine 10.0.2.15,
 * which cannot be reached from outside.
 */
export function readAddresses(output: string): readonly Address[] {
  const words = output.split("\n").flatMap((line) => /(?:ipv[46]\s+|^Value:\s*)(\S+)/.exec(line)?.[1] ?? []);
  return words.flatMap((word) => {
    const address = parseAddress(word.replace(/\/\d+$/, ""));
    const isReachable =
      address !== undefined && targetKind(address) === "usable" && !/^127\.|^::1$|^10\.0\.2\./.test(address);
    return isReachable ? [address] : [];
  });
}
