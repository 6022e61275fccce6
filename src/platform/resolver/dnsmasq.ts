/** The way `dnsmasq`: a dnsmasq that the machine asks reads files of ours. Pure. */
import type { Routing } from "../resolver-wiring.ts";
import { ownFile } from "./own-file.ts";
import { type CommandLine, type Way, type WayPlan, emptyPlan } from "./way.ts";

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
  plan: (routing, { facts }) =>
    dnsmasqPlan(routing, {
      folder: dnsmasqFolder,
      // It reads its settings at its start alone (dnsmasq(8), NOTES).
      restart: ["systemctl", "restart", "dnsmasq.service"],
      hangUp:
        facts.dnsmasq?.mustRestart === true ? undefined : ["systemctl", "kill", "--signal=HUP", "dnsmasq.service"],
    }),
};

/**
 * What a dnsmasq is told (dnsmasq(8)).
 *
 * @param program - the folder that it reads, how it is restarted, and how it gets the signal at which it reads its list of
 *   servers again, if that will do
 */
export function dnsmasqPlan(
  { routes, responder: { address, port } }: Routing,
  { folder, restart, hangUp }: { folder: string; restart: CommandLine; hangUp: CommandLine | undefined },
): WayPlan {
  const settings = `${folder}/hostsfile-server.conf`;
  const servers = routes.map((domain) => `server=/${domain}/${address}#${port}`);
  // Names that lead to this very machine would else be taken for an attack.
  const rebinding = routes.map((domain) => `rebind-domain-ok=/${domain}/`);
  if (hangUp === undefined)
    return { ...emptyPlan, files: [ownFile(settings, [...servers, ...rebinding])], reload: [restart] };
  // It takes no file in its folder for settings whose name begins with a dot.
  const list = `${folder}/.hostsfile-server.servers`;
  return {
    ...emptyPlan,
    files: [ownFile(list, servers), ownFile(settings, [`servers-file=${list}`, ...rebinding])],
    reload: [restart],
    reread: [hangUp],
  };
}
