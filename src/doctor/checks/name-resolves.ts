/** Does a name that is shown resolve, and to the address that it is shown with? The proof of everything before it. */
import { addressesIn, namesIn, readBlock } from "../looks/block.ts";
import { type Check, type Finding, type Fix, ok } from "../check.ts";
import { lookAtHostsFile } from "../looks/hosts-file.ts";
import { resolveName } from "../looks/lookup.ts";
import { type Resolver, lookAtResolver } from "../looks/resolver.ts";
import { platform } from "../../platform/current.ts";
import { nsswitchFile } from "../../platform/linux-files.ts";
import { renderCommand } from "../../base/shell.ts";

export const nameResolves: Check = {
  id: "name-resolves",
  title: "A shown name resolves",
  needs: ["hosts-file-is-read", "hosts-file-mode", "nsswitch"],
  run: async (desktop) => {
    const { text = "" } = await desktop.once(lookAtHostsFile);
    const block = readBlock(text);
    const [name] = namesIn(block);
    if (name === undefined) return [ok("No name is shown yet.")];
    const found = await resolveName(desktop, name);
    return [
      judgeAnswer({ name, shown: addressesIn(block, name), found, resolver: await desktop.once(lookAtResolver) }),
    ];
  },
};

/**
 * Judges what a name resolved to.
 *
 * @param given - what the hosts file shows and what was found
 */
export function judgeAnswer(given: {
  readonly name: string;
  readonly shown: readonly string[];
  readonly found: readonly string[];
  readonly resolver: Pick<Resolver, "isNscdRunning" | "resolved">;
}): Finding {
  const { name, shown, found, resolver } = given;
  const [first] = found;
  if (first !== undefined && shown.includes(first))
    return ok(`${name} resolves to ${first}, as the hosts file has it.`);
  const fix = flushing(resolver);
  const what = first === undefined ? "does not resolve" : `resolves to ${found.join(", ")}`;
  return {
    grade: "problem",
    code: first === undefined ? "name-unresolved" : "name-resolves-elsewhere",
    message: `${name} ${what}, though the hosts file has it with ${shown.join(", ")}.`,
    ...(fix === undefined
      ? {
          hint: "See what is asked, and in which order:",
          command: `getent -s files ahosts ${name}; grep hosts: ${nsswitchFile}`,
        }
      : {
          hint: "A cache may have an old answer:",
          command: fix.commands.map((words) => platform.commands.asRoot(renderCommand(words))).join(" && "),
          fix,
        }),
  };
}

/** Flushing takes nothing away but what can be asked again. */
function flushing({ isNscdRunning, resolved }: Pick<Resolver, "isNscdRunning" | "resolved">): Fix | undefined {
  const commands = [
    ...(isNscdRunning ? [["nscd", "-i", "hosts"]] : []),
    ...(resolved.isRunning ? [["resolvectl", "flush-caches"]] : []),
  ];
  return commands.length === 0 ? undefined : { commands, needsRoot: true };
}
