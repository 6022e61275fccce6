/** The way `link`: a network link of our own carries the responder as its DNS server. Pure. */
import { authority } from "../../records/network.ts";
import { ownFile } from "./own-file.ts";
import { type CommandLine, type Way, emptyPlan } from "./way.ts";
import { resolvedInCharge, resolvedObstacle, routeOnly, settingsRoot } from "./resolved.ts";

/** The link's name. */
export const linkName = "hostsfile0";

/** Says whose the link is, where interfaces are listed. */
const alias = "hostsfile-server";

/** Of a range for documentation (RFC 5737): nobody is reached there. Without an address resolved ignores a link. */
const ownAddress = "192.0.2.53/32";

/** A dummy carries nothing; where the kernel has none, one end of a pair does as well. */
const kinds = ["dummy", `veth peer name ${linkName}p`, "ifb"];
const add = kinds.map((kind) => `ip link add ${linkName} type ${kind} 2>/dev/null`).join(" || ");

/** NetworkManager, where it has the link, takes it down when it lets go of it, so it lets go before the link comes up. */
const release = [
  `nmcli -t -f DEVICE,STATE device 2>/dev/null | grep ^${linkName} | grep -qv :unmanaged &&`,
  `{ nmcli device set ${linkName} managed no; nmcli device set ${linkName}p managed no; sleep 1; }`,
].join(" ");

const script = [
  `ip link show ${linkName} >/dev/null 2>&1 || ${add}`,
  release,
  // Without an address of its own accord there is nothing to say on it.
  `ip link set ${linkName} alias ${alias} addrgenmode none`,
  `ip link show ${linkName}p >/dev/null 2>&1 && ip link set ${linkName}p addrgenmode none up`,
  `ip address replace ${ownAddress} dev ${linkName}`,
  `ip link set ${linkName} up`,
].join("; ");

/** A link of the same name that somebody else made stays. */
const undo = `ip -details link show ${linkName} 2>/dev/null | grep -q 'alias ${alias}' && ip link delete ${linkName} || true`;

export const link: Way = {
  name: "link",
  inCharge: resolvedInCharge,
  how: `is told the domains as those of the network link ${linkName}, which leads nowhere else`,
  obstacle: (facts) => resolvedObstacle(facts, "link"),
  passesUnknown: false,
  // The link itself says that nothing is checked.
  mustExempt: () => false,
  preparation: { sign: `/sys/class/net/${linkName}`, script, undo, writable: [] },
  plan: ({ routes, responder }, { facts, lifetime }) => {
    const domains = routes.map(routeOnly);
    return {
      ...unmanaged(facts.networkManagerMode !== undefined, settingsRoot(lifetime)),
      tell: [
        // resolvectl(1). Until the domains are there nothing is asked over the link.
        resolvectl("default-route", "no"),
        resolvectl("llmnr", "no"),
        resolvectl("mdns", "no"),
        resolvectl("dnssec", "no"),
        resolvectl("dnsovertls", "no"),
        resolvectl("domain", ...domains),
        resolvectl("dns", authority(responder.address, responder.port)),
      ],
      untell: [resolvectl("revert")],
      check: { command: ["resolvectl", "domain", linkName], read: domainsIn, words: domains },
    };
  },
};

/** Of a line as `Link 4 (hostsfile0): ~dtk.io ~other.io`. */
function domainsIn(output: string): readonly string[] {
  return output.split(/\s+/).filter((word) => word.startsWith(routeOnly("")));
}

function resolvectl(verb: string, ...words: readonly string[]): CommandLine {
  return ["resolvectl", verb, linkName, ...words];
}

/** NetworkManager takes over links that it does not know, and what they were told is gone (NetworkManager.conf(5)). */
function unmanaged(isThere: boolean, root: string) {
  if (!isThere) return emptyPlan;
  const path = `${root}/NetworkManager/conf.d/hostsfile-server.conf`;
  const lines = ["[keyfile]", `unmanaged-devices+=interface-name:${linkName}*`];
  const reload: CommandLine = ["nmcli", "general", "reload", "conf"];
  return { ...emptyPlan, files: [ownFile(path, lines)], reload: [reload] };
}
