/** The way `unbound`: an unbound that the machine asks reads a file of ours. Pure. */
import { ownFile } from "./own-file.ts";
import { type Way, emptyPlan } from "./way.ts";

/** The folder that distributions let it read. */
export const unboundFolder = "/etc/unbound/unbound.conf.d";

export const unbound: Way = {
  name: "unbound",
  inCharge: (facts) => (facts.unbound === undefined ? undefined : "unbound"),
  how: "is told the domains by a file",
  obstacle: ({ unbound: facts }) => {
    if (facts === undefined) return "programs do not ask an unbound here";
    return facts.readsFolder ? undefined : `unbound does not read ${unboundFolder} (option include)`;
  },
  isForGood: true,
  passesUnknown: false,
  mustExempt: (facts) => facts.unbound?.isValidating === true,
  plan: ({ routes, responder, isUnsigned }) => {
    const lines = [
      "server:",
      // unbound.conf(5): it asks nobody on this machine unless told.
      "    do-not-query-localhost: no",
      ...routes.flatMap((domain) => [
        // Some domains, as test and home.arpa, it answers itself.
        `    local-zone: "${domain}." nodefault`,
        ...(isUnsigned ? [`    domain-insecure: "${domain}."`] : []),
      ]),
      ...routes.flatMap((domain) => [
        "stub-zone:",
        `    name: "${domain}."`,
        `    stub-addr: ${responder.address}@${responder.port}`,
        "    stub-no-cache: yes",
      ]),
    ];
    return {
      ...emptyPlan,
      files: [ownFile(`${unboundFolder}/hostsfile-server.conf`, lines)],
      reload: [["systemctl", "reload", "unbound.service"]],
    };
  },
};
