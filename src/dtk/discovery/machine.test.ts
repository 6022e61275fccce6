/** virsh and VBoxManage are executables on PATH that print what the real ones print. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { askHypervisor, readAddresses } from "./machine.ts";

/** As in virsh(1) under domifaddr. */
const leases = ` Name       MAC address          Protocol     Address
-------------------------------------------------------------------------------
 vnet0      52:54:00:b6:42:6a    ipv4         192.168.122.63/24
`;
const noLeases = leases.split("\n").slice(0, 2).join("\n");
/** virsh(1): the guest agent also tells the loopback; an interface's further addresses have dashes. */
const agent = `${noLeases}
 lo         00:00:00:00:00:00    ipv4         127.0.0.1/8
 -          -                    ipv6         ::1/128
 enp1s0     52:54:00:b6:42:6a    ipv4         192.168.0.21/24
 -          -                    ipv6         fe80::5054:ff:feb6:426a/64
`;

afterEach(() => vi.unstubAllEnvs());

function put(folder: string, name: string, script: string): void {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}`);
  chmodSync(path, 0o755);
  vi.stubEnv("PATH", `${folder}:/usr/bin:/bin`);
}

test("virsh with a lease", async () => {
  using folder = temporaryFolder();
  put(folder.path, "virsh", `[ "$*" = "domifaddr vm1 --source lease" ] && cat <<'END'\n${leases}END\n`);
  expect(await askHypervisor({ virtualization: "kvm", name: "vm1" })).toEqual([
    { address: "192.168.122.63", source: "virsh for the machine vm1" },
  ]);
});

test("virsh with a bridged machine, which only the guest agent knows", async () => {
  using folder = temporaryFolder();
  const script = `case "$4" in lease) cat <<'END'\n${noLeases}\nEND\n;; agent) cat <<'END'\n${agent}END\n;; *) exit 1;; esac\n`;
  put(folder.path, "virsh", script);
  const found = await askHypervisor({ virtualization: "kvm", name: "vm1" });
  expect(found.map(({ address }) => address)).toEqual(["192.168.0.21"]);
});

/** VirtualBox manual, VBoxManage guestproperty: the value behind `Value:`, or `No value set!`. */
test("VBoxManage, whose first interface is NAT and leads nowhere", async () => {
  using folder = temporaryFolder();
  const script = `case "$4" in */Net/0/*) echo 'Value: 10.0.2.15';; */Net/1/*) echo 'Value: 192.168.56.101';; *) echo 'No value set!';; esac\n`;
  put(folder.path, "VBoxManage", script);
  const found = await askHypervisor({ virtualization: "virtualbox", name: "vm1" });
  expect(found.map(({ address }) => address)).toEqual(["192.168.56.101"]);
});

test.each([
  { case: "the command is missing", machine: { virtualization: "kvm", name: "vm1" } },
  { case: "no machine is named", machine: { virtualization: "kvm", name: undefined } },
  { case: "the hypervisor is not known", machine: { virtualization: "hyperv", name: "vm1" } },
])("nothing when $case", async ({ machine }) => {
  using folder = temporaryFolder();
  vi.stubEnv("PATH", folder.path);
  expect(await askHypervisor(machine)).toEqual([]);
});

test("the words of a failing virsh are not an address", () => {
  expect(readAddresses("error: failed to get domain 'vm1'\nerror: Domain not found 192.168.0.1\n")).toEqual([]);
});
