/** The way `network-manager`: the dnsmasq that NetworkManager runs reads files of ours. Pure. */
import { dnsmasqPlan } from "./dnsmasq.ts";
import type { CommandLine, Way } from "./way.ts";

/** NetworkManager.conf(5), `dns`. */
export const networkManagerFolder = "/etc/NetworkManager/dnsmasq.d";

/**
 * NetworkManager itself restarts its dnsmasq when it is told to read anything again, and the service may send no signal to
 * a program of another user, so the service manager sends it.
 */
const hangUp: CommandLine = [
  "systemd-run",
  "--quiet",
  "--collect",
  "--service-type=oneshot",
  "pkill",
  "--signal",
  "HUP",
  "--pidfile",
  "/run/NetworkManager/dnsmasq.pid",
  "dnsmasq",
];

export const networkManager: Way = {
  name: "network-manager",
  inCharge: ({ networkManagerMode }) => (networkManagerMode === "dnsmasq" ? "NetworkManager's dnsmasq" : undefined),
  how: "is told the domains by a file",
  obstacle: ({ networkManagerMode }) =>
    networkManagerMode === "dnsmasq" ? undefined : "NetworkManager runs no dnsmasq here",
  isForGood: true,
  passesUnknown: false,
  mustExempt: () => false,
  plan: (routing, { facts }) =>
    dnsmasqPlan(routing, {
      folder: networkManagerFolder,
      restart: ["nmcli", "general", "reload", "dns-full"],
      hangUp: facts.networkManagerMustRestart === true ? undefined : hangUp,
    }),
};
