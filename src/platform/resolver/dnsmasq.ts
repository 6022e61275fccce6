/** The way `dnsmasq`: a dnsmasq that the machine asks reads a file of ours. Pure. */
import type { Routing } from "../resolver-wiring.ts";
import { ownFile } from "./own-file.ts";
import { type Way, emptyPlan } from "./way.ts";

/** The folder that distributions let it read. */
export const dnsmasqFolder = "/etc/dnsmasq.d";

export const dnsmasq: Way = {
  name: "dnsmasq",
  inCharge: (facts) => (facts.dnsmasq === undefined ? undefined : "dnsmasq"),
  how: "is told the domains by a file",
  obstacle: (facts) => {
    if (facts.dnsmasq === undefined) return "programs do not ask a dnsmasq here";
    if (!facts.dnsmasq.readsFolder) return `dnsmasq does not read ${dnsmasqFolder} (option conf-dir)`;
    return facts.dnsmasq.isValidating ? "dnsmasq checks DNSSEC here, and would refuse our unsigned answers" : undefined;
  },
  isForGood: true,
  passesUnknown: false,
  mustExempt: () => false,
  plan: (routing) => ({
    ...emptyPlan,
    files: [ownFile(`${dnsmasqFolder}/hostsfile-server.conf`, dnsmasqLines(routing))],
    // It reads its settings at its start alone (dnsmasq(8), NOTES).
    reload: [["systemctl", "restart", "dnsmasq.service"]],
  }),
};

/** The options (dnsmasq(8)). Names that lead to this very machine would else be taken for an attack. */
export function dnsmasqLines({ routes, responder: { address, port } }: Routing): readonly string[] {
  return routes.flatMap((domain) => [`server=/${domain}/${address}#${port}`, `rebind-domain-ok=/${domain}/`]);
}
