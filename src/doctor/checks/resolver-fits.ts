/** Is the way of telling the resolver still good, as the resolver is now? Its version, its servers, DNSSEC and who else has our domains. */
import { platform } from "../../platform/current.ts";
import type { ResolverFacts } from "../../platform/resolver/facts.ts";
import { exemptDomains, tellResolver } from "../../platform/resolver/commands.ts";
import { resolvedFile, resolvedFolders } from "../../platform/linux-files.ts";
import { linkName } from "../../platform/resolver/link.ts";
import { claimsIn } from "../../platform/resolver/read-texts.ts";
import { isWithin } from "../../records/managed-domain.ts";
import { renderCommand } from "../../base/shell.ts";
import { type Check, type Desktop, type Finding, ok } from "../check.ts";
import { restartServer } from "../looks/service.ts";
import { type WiringLook, lookAtWiring, routesOf } from "../looks/wiring.ts";

export const resolverFits: Check = {
  id: "resolver-fits",
  title: "The way of telling the system resolver fits it",
  needs: ["resolver-told"],
  run: async (desktop) => {
    const look = await desktop.once(lookAtWiring);
    if (look?.way === undefined) return [ok("No resolver is told to ask the server.")];
    const found = [
      // Which program has port 53 only root can see.
      ...(desktop.isRoot || look.facts.resolved !== undefined ? judgeWay(look) : []),
      ...(look.facts.resolved === undefined ? [] : await judgeClaims(desktop, look)),
      ...(look.way.name === "link" ? await judgeLink(desktop) : []),
    ];
    return found.length > 0
      ? found
      : [ok("The resolver is as it was when it was told, and nobody else has our domains.")];
  },
};

const { asRoot } = platform.commands;

/** Judges by what is in charge of names now. */
export function judgeWay({ told, way, facts }: Pick<WiringLook, "told" | "way" | "facts">): readonly Finding[] {
  if (way === undefined) return [];
  const { globalServers = [] } = facts.resolved ?? {};
  if (way.name === "global" && globalServers.length > 0) {
    return [
      {
        grade: "problem",
        code: "resolver-global-shared",
        message: `systemd-resolved has other servers for the whole machine beside ours (${globalServers.join(", ")}), and asks either them or us about our names.`,
        hint: "Let it be told in a better way:",
        command: tellResolver,
      },
    ];
  }
  const obstacle = way.obstacle(facts);
  if (obstacle !== undefined) {
    return [
      {
        grade: "problem",
        code: "resolver-way-impossible",
        message: `The resolver is told by the way ${way.name}, which no longer fits: ${obstacle}.`,
        hint: "Let it be told in the way that fits now:",
        command: tellResolver,
      },
    ];
  }
  const isUntold = told.domains.every(({ routing }) => routing === "untold");
  return way.mustExempt(facts) && !isUntold && !told.unsigned ? [signing(facts)] : [];
}

function signing({ resolved }: ResolverFacts): Finding {
  const who = resolved === undefined ? "The resolver" : "systemd-resolved";
  return {
    grade: "problem",
    code: "resolver-checks-dnssec",
    message: `${who} checks DNSSEC by now, and refuses the server's unsigned answers.`,
    hint: "Exempt our domains from it:",
    command: exemptDomains,
  };
}

/** A shorter domain of others takes nothing away. */
async function judgeClaims({ run }: Desktop, { told, way }: WiringLook): Promise<readonly Finding[]> {
  // A hook is asked before anybody else.
  if (way?.name === "hook") return [];
  return judgeClaimsOf((await run("resolvectl", ["domain"])).output, routesOf(told), way?.name === "global");
}

/**
 * Judges what `resolvectl domain` prints.
 *
 * @param routes - what the resolver was told of ours
 * @param isGlobal - whether they are ours for the whole machine
 */
export function judgeClaimsOf(output: string, routes: readonly string[], isGlobal: boolean): readonly Finding[] {
  const others = claimsIn(output).filter(({ link }) => link !== linkName && !(isGlobal && link === undefined));
  return others.flatMap(({ link, words }) => {
    const taken = words.filter((word) => routes.some((route) => isWithin(word.replace(/^~/, ""), route)));
    if (taken.length === 0) return [];
    const names = taken.map((word) => word.replace(/^~/, "")).join(", ");
    // The longest domain counts.
    const grade = taken.some((word) => !routes.includes(word.replace(/^~/, ""))) ? "problem" : "warning";
    const kept = words.filter((word) => !taken.includes(word));
    const message = `${link ?? "A setting for the whole machine"} has ${names} too, so its servers are asked about names of ours.`;
    if (link === undefined) {
      const hint = "See which file has it, and take it out:";
      return [{ grade, code: "resolver-domain-contested", message, hint, command: findGlobal(names) }];
    }
    const hint = "Let it go there, if that link does not need it:";
    const command = asRoot(renderCommand(["resolvectl", "domain", link, ...(kept.length === 0 ? [""] : kept)]));
    return [{ grade, code: "resolver-domain-contested", message, hint, command }];
  });
}

function findGlobal(names: string): string {
  return `grep -rns 'Domains=.*${names.split(", ")[0]}' ${[resolvedFile, ...resolvedFolders].join(" ")}`;
}

/** NetworkManager empties links that it takes over. */
async function judgeLink({ run }: Desktop): Promise<readonly Finding[]> {
  const { ok: isThere, output } = await run("nmcli", ["-t", "-f", "DEVICE,STATE", "device"]);
  return isThere ? judgeManaged(output) : [];
}

/** Judges what `nmcli -t -f DEVICE,STATE device` prints. */
export function judgeManaged(output: string): readonly Finding[] {
  const state = new RegExp(`^${linkName}:(.*)$`, "m").exec(output)?.[1];
  if (state === undefined || state === "unmanaged") return [];
  return [
    {
      grade: "problem",
      code: "resolver-link-managed",
      message: `NetworkManager manages the link ${linkName} (${state}), and takes away what the resolver was told about it.`,
      hint: "Let the server keep it from that, which it does at its start:",
      command: restartServer,
    },
  ];
}
