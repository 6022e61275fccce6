/** Does this machine's packet filter let the cluster reach the server? Its rules are followed as the kernel would. */
import { listeningAt } from "../../dtk/cluster-dns/responder-place.ts";
import { findFirewall, renderFirewallCommands, type Firewall, type Protocol } from "../../dtk/firewall/firewall.ts";
import { findNear } from "../../dtk/firewall/opening.ts";
import { readRuleset } from "../../dtk/firewall/ruleset.ts";
import { type PacketVerdict, judgePacket } from "../../dtk/firewall/verdict.ts";
import { defaultInterval, isAlive } from "../../contract/liveness.ts";
import { type InterfaceAddress, formatNetwork, networkOf } from "../../records/network.ts";
import { systemNetworks } from "../../platform/networks.ts";
import { type Address, parseAddress } from "../../records/address.ts";
import { type Check, type Desktop, type Finding, ok } from "../check.ts";
import { externalDNSFeed } from "../../records/feed.ts";
import type { Status } from "../../contract/status.ts";
import { platform } from "../../platform/current.ts";

export const firewallOpen: Check = {
  id: "firewall-open",
  title: "The firewall lets the cluster in",
  needs: ["server-answers"],
  run: async (desktop) => {
    const status = await desktop.status();
    if (status === undefined) return [ok("No server answers, so no port has to be open.")];
    const interfaces = systemNetworks.interfaces();
    const ways = [
      ...findCallers(addressesOf(status.clusters.filter((cluster) => !isWatchedAlone(cluster))), interfaces).map(
        (caller): Way => ({ ...caller, port: desktop.port, protocols: ["tcp"] }),
      ),
      // Pods ask the responder where it listens towards their cluster, whatever feeds that.
      ...findCallers(addressesOf(status.clusters), interfaces).flatMap((caller): readonly Way[] => {
        const place = listeningAt(status, caller.near.address);
        return place === undefined ? [] : [{ ...caller, port: place.port, protocols: ["udp", "tcp"] }];
      }),
    ];
    const isHeard = status.clusters.some(({ lastHeard }) => isAlive(lastHeard, defaultInterval, Date.now()));
    const findings = await Promise.all(ways.map((way) => lookAtWay(desktop, way, isHeard)));
    return findings.length > 0 ? findings : [ok("No cluster has an address in a network of this machine's own.")];
  },
};

/** A port of this machine that a cluster calls. */
interface Way {
  readonly address: Address;
  readonly near: InterfaceAddress;
  readonly port: number;
  readonly protocols: readonly [Protocol, ...Protocol[]];
}

async function lookAtWay(desktop: Desktop, way: Way, isHeard: boolean): Promise<Finding> {
  const { near, port, protocols } = way;
  const verdict = await lookAtRules(desktop, way);
  const found = await findFirewall({ interfaceName: near.interfaceName });
  // ExternalDNS's calls say nothing of datagrams.
  return judgeFirewall({ verdict, near, found, port, protocols, isHeard: isHeard && protocols[0] === "tcp" });
}

function addressesOf(clusters: Status["clusters"]): readonly Address[] {
  return clusters.flatMap(({ clusterIPs }) => clusterIPs.flatMap((text) => parseAddress(text) ?? []));
}

/** Nothing calls from a cluster that only a watcher feeds. */
function isWatchedAlone({ watch, feeds }: Pick<Status["clusters"][number], "watch" | "feeds">): boolean {
  return watch !== undefined && feeds?.includes(externalDNSFeed) !== true;
}

/** One address for each network of this machine in which a cluster lies; loopback needs no way in. */
export function findCallers(
  addresses: readonly Address[],
  interfaces: readonly InterfaceAddress[],
): readonly { readonly address: Address; readonly near: InterfaceAddress }[] {
  const found = addresses.flatMap((address) => {
    const near = findNear([address], interfaces);
    return near === undefined || near.interfaceName === "lo" ? [] : [{ address, near }];
  });
  return [...new Map(found.map((one) => [`${one.near.interfaceName} ${one.near.address}`, one])).values()];
}

/** `unseen` when they may not be read. */
async function lookAtRules(
  { run }: Desktop,
  { address, near: { interfaceName }, port, protocols: [transport] }: Way,
): Promise<PacketVerdict | { readonly kind: "unseen" }> {
  const { ok: isRead, output } = await run("nft", ["--json", "list", "ruleset"]);
  const chains = isRead ? readRuleset(output) : undefined;
  return chains === undefined ? { kind: "unseen" } : judgePacket(chains, { address, interfaceName, port, transport });
}

export interface FirewallFacts {
  readonly verdict: PacketVerdict | { readonly kind: "unseen" };
  /** This machine's address in the cluster's network. */
  readonly near: InterfaceAddress;
  /** What manages the rules. */
  readonly found: Firewall | undefined;
  readonly port: number;
  /** Over which it is called; the first of them is looked at. */
  readonly protocols: readonly Protocol[];
  /** Whether a cluster called lately. */
  readonly isHeard: boolean;
}

/** Judges whether a call comes in. */
export function judgeFirewall({ verdict, near, found, port, protocols, isHeard }: FirewallFacts): Finding {
  const network = formatNetwork(networkOf(near));
  if (verdict.kind === "blocked") {
    const managed = found !== undefined && found.kind !== "nftables" ? [found] : undefined;
    const firewalls = managed ?? verdict.chains.map((chain): Firewall => ({ kind: "nftables", chain }));
    const commands = firewalls.flatMap((firewall) => renderFirewallCommands(firewall, { network, port, protocols }));
    const message = `This machine's firewall drops calls to port ${port} that come from ${network} over ${near.interfaceName} (${verdict.chains.join(", ")}).`;
    return {
      grade: "problem",
      code: "firewall-blocks",
      message,
      hint: "Let the cluster in:",
      command: commands.join(" && "),
    };
  }
  if (verdict.kind === "open" || isHeard) return ok(`The firewall lets ${network} reach port ${port}.`);
  const commands = found === undefined ? [] : renderFirewallCommands(found, { network, port, protocols });
  if (verdict.kind === "unseen" && commands.length === 0) return ok("No firewall is to be seen on this machine.");
  const message =
    verdict.kind === "unseen"
      ? "The rules of this machine's firewall cannot be seen."
      : `Whether this machine's firewall lets ${network} reach port ${port} cannot be told from its rules.`;
  const advice =
    commands.length === 0
      ? { hint: "Look at them:", command: platform.commands.asRoot("nft list ruleset") }
      : { hint: "If no call comes through, let the cluster in:", command: commands.join(" && ") };
  return { grade: "note", code: "firewall-unclear", message, ...advice };
}
