/** Is there a cache before the hosts file? nscd watches it and mostly forgets at once, but not in every set-up. */
import { type Check, type Finding, ok } from "../check.ts";
import { type Resolver, lookAtResolver } from "../looks/resolver.ts";
import { platform } from "../../platform/current.ts";
import { renderCommand } from "../../base/shell.ts";

export const nscd: Check = {
  id: "nscd",
  title: "No cache keeps old answers",
  needs: [],
  run: async ({ once }) => [judgeNscd(await once(lookAtResolver))],
};

/** Judges whether nscd runs. */
export function judgeNscd({ isNscdRunning }: Pick<Resolver, "isNscdRunning">): Finding {
  if (!isNscdRunning) return ok("No nscd runs, so a change of the hosts file counts at once.");
  const command = ["nscd", "-i", "hosts"];
  return {
    grade: "note",
    code: "nscd-caches",
    message: "nscd runs and caches answers. That a name does not exist is cached for 20 s too.",
    hint: "If a name leads to where it led before:",
    command: platform.commands.asRoot(renderCommand(command)),
    fix: { commands: [command], needsRoot: true },
  };
}
