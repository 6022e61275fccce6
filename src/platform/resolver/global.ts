/** The way `global`: systemd-resolved is told a server for the whole machine, which sees every other question too. Only on request. Pure. */
import type { Way } from "./way.ts";
import { isValidating, planSettings, resolvedInCharge, resolvedObstacle } from "./resolved.ts";

export const global: Way = {
  name: "global",
  inCharge: resolvedInCharge,
  how: "has this server as one of its servers for every name, and refuses what is not in the domains",
  obstacle: (facts) => {
    const servers = facts.resolved?.globalServers ?? [];
    if (servers.length === 0) return resolvedObstacle(facts, "global");
    return `it has servers for the whole machine already (${servers.join(", ")}), and would ask either them or us`;
  },
  passesUnknown: false,
  mustExempt: isValidating,
  // resolved.conf(5)
  // A reload comes with 256, and leaves domains that are gone from the file as they were (257).
  plan: planSettings("resolved.conf.d/hostsfile-server.conf", "Resolve", "restart"),
};
