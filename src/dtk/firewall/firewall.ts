/** Finds this desktop's firewall and the command that lets a network reach the server's port. */
import { existsSync, readFileSync } from "node:fs";
import { runProgram } from "../../base/process.ts";
import { platform } from "../../platform/current.ts";
import { ufwFile as usualUfwFile } from "../../platform/linux-files.ts";

export type Firewall =
  | { readonly kind: "ufw" }
  | { readonly kind: "firewalld"; readonly zone: string | undefined }
  | {
      readonly kind: "nftables";
      /** Family, table and name of the chain that drops, as in `inet filter input`. */
      readonly chain: string;
    };

interface Opening {
  /** As in `192.168.122.0/24`; undefined when it is not known. */
  readonly network: string | undefined;
  readonly port: number;
  /** TCP alone unless given. */
  readonly protocols?: readonly Protocol[];
}

export type Protocol = "tcp" | "udp";

/** The commands, to be run as root (ufw(8), firewall-cmd(1), nft(8)). */
export function renderFirewallCommands(firewall: Firewall, opening: Opening): readonly string[] {
  const { network, port, protocols = ["tcp"] } = opening;
  const { asRoot } = platform.commands;
  switch (firewall.kind) {
    case "ufw":
      return protocols.map((each) => asRoot(`ufw allow from ${network ?? "any"} to any port ${port} proto ${each}`));
    case "firewalld": {
      const zone = firewall.zone === undefined ? "" : ` --zone=${firewall.zone}`;
      const ports = protocols.map((each) => ` --add-port=${port}/${each}`).join("");
      return [asRoot(`firewall-cmd --permanent${zone}${ports}`), asRoot("firewall-cmd --reload")];
    }
    case "nftables": {
      const family = network?.includes(":") === true ? "ip6" : "ip";
      const from = network === undefined ? "" : ` ${family} saddr ${network}`;
      return protocols.map((each) => asRoot(`nft insert rule ${firewall.chain}${from} ${each} dport ${port} accept`));
    }
  }
}

/**
 * Finds the firewall that is switched on: ufw by its file, firewalld by its own word, else an nftables table with an
 * input chain; the last can be read by root only.
 *
 * @param options - `ufwFile` is where ufw keeps whether it is enabled (ufw(8)); `address` is this machine's own one
 *   towards the cluster, whose interface firewalld is asked about
 */
export async function findFirewall(options: {
  readonly ufwFile?: string;
  readonly interfaceName: string | undefined;
}): Promise<Firewall | undefined> {
  const { ufwFile = usualUfwFile, interfaceName } = options;
  if (existsSync(ufwFile) && /^ENABLED=yes/m.test(readFileSync(ufwFile, "utf8"))) return { kind: "ufw" };
  if ((await outputOf("firewall-cmd", "--state"))?.trim() === "running") {
    const zone = interfaceName && (await outputOf("firewall-cmd", `--get-zone-of-interface=${interfaceName}`))?.trim();
    return { kind: "firewalld", zone: zone === "" || zone?.includes(" ") === true ? undefined : zone };
  }
  const chain = ["inet", "filter", "input"];
  const rules = await outputOf("nft", "list", "chain", ...chain);
  if (rules === undefined || !/policy drop|reject|drop/.test(rules)) return undefined;
  return { kind: "nftables", chain: chain.join(" ") };
}

async function outputOf(file: string, ...parameters: readonly string[]): Promise<string | undefined> {
  const { ok, output } = await runProgram(file, parameters, { timeout: 3000 });
  return ok ? output : undefined;
}
