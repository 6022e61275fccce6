/** The way `global`: systemd-resolved is told a server for the whole machine, which sees every other question too. Only on request. Pure. */
import { authority } from "../../records/network.ts";
import { ownFile } from "./own-file.ts";
import { type Way, emptyPlan } from "./way.ts";
import {
  anchorFiles,
  isValidating,
  reloadResolved,
  resolvedInCharge,
  resolvedObstacle,
  routeOnly,
  settingsRoot,
} from "./resolved.ts";

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
  plan: (routing, { facts: { resolved }, lifetime }) => {
    if (resolved === undefined) return emptyPlan;
    const { address, port } = routing.responder;
    const path = `${settingsRoot(lifetime)}/systemd/resolved.conf.d/hostsfile-server.conf`;
    const domains = routing.routes.map(routeOnly).join(" ");
    const file = ownFile(path, ["[Resolve]", `DNS=${authority(address, port)}`, `Domains=${domains}`]);
    return { ...emptyPlan, files: [...anchorFiles(routing, lifetime), file], reload: [reloadResolved(resolved)] };
  },
};
