/** Does a name that only the server knows come back through the system resolver? The proof of every way of telling it. */
import { randomUUID } from "node:crypto";
import { platform } from "../../platform/current.ts";
import { resolvConfFile, resolvedSign } from "../../platform/linux-files.ts";
import { isStub } from "../../platform/resolver/read-texts.ts";
import { isLoopback } from "../../records/address.ts";
import { type Check, type Finding, ok } from "../check.ts";
import { type Canary, chooseCanary } from "../looks/canary.ts";
import { restartServer } from "../looks/service.ts";
import { resolveName } from "../looks/lookup.ts";
import { type WiringLook, lookAtWiring } from "../looks/wiring.ts";

export const resolverAsks: Check = {
  id: "resolver-asks",
  title: "The system resolver asks the server",
  needs: ["resolver-told", "resolver-fits"],
  run: async (desktop) => {
    const look = await desktop.once(lookAtWiring);
    if (look?.way === undefined) return [ok("No resolver is told to ask the server.")];
    const canary = chooseCanary((await desktop.status())?.names.list ?? [], `doctor-${randomUUID().slice(0, 8)}`);
    if (canary === undefined) return [ok("The hosts file has every name, so no resolver needs to ask the server.")];
    const found = await resolveName(desktop, canary.name);
    return [judgeCanary(canary, found), ...judgeServers(look, look.facts.nameservers)];
  },
};

/** Judges what the canary resolved to. */
export function judgeCanary({ name, addresses }: Canary, found: readonly string[]): Finding {
  const [first] = found;
  if (first !== undefined && addresses.includes(first))
    return ok(`${name} resolves to ${first}, as the server has it.`);
  const what = first === undefined ? "does not resolve" : `resolves to ${found.join(", ")}`;
  return {
    grade: "problem",
    code: "resolver-does-not-ask",
    message: `${name} ${what}, though the server answers with ${addresses.join(", ")} and the resolver was told to ask it.`,
    hint: "Let the server tell the resolver again, which it does at its start:",
    command: restartServer,
  };
}

/** Programs with a resolver of their own, as those in Go and in containers, read resolv.conf and ask what is named there. */
export function judgeServers({ way, facts }: Pick<WiringLook, "way" | "facts">, servers: readonly string[]): Finding[] {
  const others = servers.filter((server) => !isStub(server) && !isLoopback(server));
  if (facts.resolved?.isAsked !== true || way === undefined || others.length === 0) return [];
  return [
    {
      grade: "warning",
      code: "resolver-bypassed",
      message: `${resolvConfFile} names ${others.join(", ")} beside systemd-resolved, so programs with a resolver of their own do not get wildcards.`,
      hint: "Let it name systemd-resolved alone:",
      command: platform.commands.asRoot(`ln -sf ${resolvedSign} ${resolvConfFile}`),
    },
  ];
}
