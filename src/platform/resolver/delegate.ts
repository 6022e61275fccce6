/** The way `delegate`: a file tells systemd-resolved which server to ask about which domains. Pure. */
import { authority } from "../../records/network.ts";
import { ownFile } from "./own-file.ts";
import { emptyPlan, type Way } from "./way.ts";
import {
  anchorFiles,
  isValidating,
  reloadResolved,
  resolvedInCharge,
  resolvedObstacle,
  routeOnly,
  settingsRoot,
} from "./resolved.ts";

export const delegate: Way = {
  name: "delegate",
  inCharge: resolvedInCharge,
  how: "is told the domains by a delegate file",
  obstacle: (facts) => resolvedObstacle(facts, "delegate"),
  passesUnknown: false,
  mustExempt: isValidating,
  plan: (routing, { facts: { resolved }, lifetime }) => {
    if (resolved === undefined) return emptyPlan;
    const { address, port } = routing.responder;
    const domains = routing.routes.map(routeOnly).join(" ");
    const path = `${settingsRoot(lifetime)}/systemd/dns-delegate.d/hostsfile-server.dns-delegate`;
    // systemd.dns-delegate(5)
    const file = ownFile(path, ["[Delegate]", `DNS=${authority(address, port)}`, `Domains=${domains}`]);
    return {
      ...emptyPlan,
      files: [...anchorFiles(routing, lifetime), file],
      reload: [reloadResolved(resolved)],
    };
  },
};
