/** The way `network-manager`: the dnsmasq that NetworkManager runs reads a file of ours. Pure. */
import { dnsmasqLines } from "./dnsmasq.ts";
import { ownFile } from "./own-file.ts";
import { type Way, emptyPlan } from "./way.ts";

/** NetworkManager.conf(5), `dns`. */
const path = "/etc/NetworkManager/dnsmasq.d/hostsfile-server.conf";

export const networkManager: Way = {
  name: "network-manager",
  inCharge: ({ networkManagerMode }) => (networkManagerMode === "dnsmasq" ? "NetworkManager's dnsmasq" : undefined),
  how: "is told the domains by a file",
  obstacle: ({ networkManagerMode }) =>
    networkManagerMode === "dnsmasq" ? undefined : "NetworkManager runs no dnsmasq here",
  isForGood: true,
  passesUnknown: false,
  mustExempt: () => false,
  plan: (routing) => ({
    ...emptyPlan,
    files: [ownFile(path, dnsmasqLines(routing))],
    reload: [["nmcli", "general", "reload", "dns-full"]],
  }),
};
