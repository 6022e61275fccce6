/** The firewall that is on is found by executables on PATH that say what the real ones say, and its command fits it. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { findFirewall, renderFirewallCommands } from "./firewall.ts";

afterEach(() => vi.unstubAllEnvs());

const network = "192.168.122.0/24";

test.each([
  [{ kind: "ufw" }, network, ["sudo ufw allow from 192.168.122.0/24 to any port 5000 proto tcp"]],
  [{ kind: "ufw" }, undefined, ["sudo ufw allow from any to any port 5000 proto tcp"]],
  [
    { kind: "firewalld", zone: "libvirt" },
    network,
    ["sudo firewall-cmd --permanent --zone=libvirt --add-port=5000/tcp", "sudo firewall-cmd --reload"],
  ],
  [
    { kind: "firewalld", zone: undefined },
    network,
    ["sudo firewall-cmd --permanent --add-port=5000/tcp", "sudo firewall-cmd --reload"],
  ],
  [
    { kind: "nftables", chain: "inet filter input" },
    "fd00:122::/64",
    ["sudo nft insert rule inet filter input ip6 saddr fd00:122::/64 tcp dport 5000 accept"],
  ],
] as const)("%j for %s", (firewall, from, commands) => {
  expect(renderFirewallCommands(firewall, { network: from, port: 5000 })).toEqual(commands);
});

test.each([
  [
    { kind: "ufw" },
    ["sudo ufw allow from X to any port 5391 proto udp", "sudo ufw allow from X to any port 5391 proto tcp"],
  ],
  [
    { kind: "firewalld", zone: "libvirt" },
    [
      "sudo firewall-cmd --permanent --zone=libvirt --add-port=5391/udp --add-port=5391/tcp",
      "sudo firewall-cmd --reload",
    ],
  ],
  [
    { kind: "nftables", chain: "inet filter input" },
    [
      "sudo nft insert rule inet filter input ip saddr X udp dport 5391 accept",
      "sudo nft insert rule inet filter input ip saddr X tcp dport 5391 accept",
    ],
  ],
] as const)("%j for DNS, which has both transports", (firewall, commands) => {
  const opening = { network, port: 5391, protocols: ["udp", "tcp"] } as const;
  expect(renderFirewallCommands(firewall, opening)).toEqual(commands.map((each) => each.replace("X", network)));
});

/** ufw(8): `ENABLED=yes` in ufw.conf; firewall-cmd(1): `running`, `no zone` with exit code 2; nft(8): the chain's text. */
test.each([
  { case: "nothing", files: {}, expected: undefined },
  { case: "ufw", files: { "ufw.conf": "# comment\nENABLED=yes\n" }, expected: { kind: "ufw" } },
  { case: "ufw switched off", files: { "ufw.conf": "ENABLED=no\n" }, expected: undefined },
  {
    case: "firewalld",
    files: {
      "firewall-cmd":
        '#!/bin/sh\ncase "$1" in --state) echo running;; --get-zone-of-interface=virbr0) echo libvirt;; esac\n',
    },
    expected: { kind: "firewalld", zone: "libvirt" },
  },
  {
    case: "firewalld without a zone for the interface",
    files: { "firewall-cmd": '#!/bin/sh\ncase "$1" in --state) echo running;; *) echo no zone; exit 2;; esac\n' },
    expected: { kind: "firewalld", zone: undefined },
  },
  {
    case: "nftables that drops",
    files: {
      nft: "#!/bin/sh\necho 'table inet filter { chain input { type filter hook input priority filter; policy drop; } }'\n",
    },
    expected: { kind: "nftables", chain: "inet filter input" },
  },
  {
    case: "nftables that accepts",
    files: {
      nft: "#!/bin/sh\necho 'table inet filter { chain input { type filter hook input priority filter; policy accept; } }'\n",
    },
    expected: undefined,
  },
])("$case", async ({ files, expected }) => {
  using folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder.path, name), text);
    chmodSync(join(folder.path, name), 0o755);
  }
  vi.stubEnv("PATH", `${folder.path}:/bin`);
  const ufwFile = join(folder.path, "ufw.conf");
  expect(await findFirewall({ ufwFile, interfaceName: "virbr0" })).toEqual(expected);
});
