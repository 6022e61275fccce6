/** Is there a hosts file, and is it a plain file? Everything else about it comes after that. */
import { renderCommand } from "../../base/shell.ts";
import { type Check, type Finding, ok } from "../check.ts";
import { orphanedTrouble } from "../../sinks/hosts-file/hosts-file-trouble.ts";
import { type HostsFile, lookAtHostsFile } from "../looks/hosts-file.ts";
import { platform } from "../../platform/current.ts";

export const hostsFileThere: Check = {
  id: "hosts-file-there",
  title: "The hosts file is there",
  needs: [],
  run: async ({ once }) => [judgeThere(await once(lookAtHostsFile))],
};

/** Judges what is at the path. */
export function judgeThere({ path, real, isLink, kind, mount }: HostsFile): Finding {
  const look = { hint: "See what is there:", command: renderCommand(["ls", "-l", path]) };
  switch (kind) {
    case "missing":
      return {
        grade: "problem",
        code: "hosts-file-missing",
        message: `There is no ${path}.`,
        hint: "Make one:",
        command: makeCommand(path),
      };
    case "dangling":
      return {
        grade: "problem",
        code: "hosts-file-folder-missing",
        message: `${path} is a link to a file that is not there.`,
        ...look,
      };
    case "other":
      return {
        grade: "problem",
        code: "hosts-file-not-regular",
        message: `${path} is not a regular file.`,
        ...look,
      };
    case "file":
      if (real.startsWith("/nix/store/")) return madeByNix(path);
      if (mount?.point === real && mount.isOrphaned) return { grade: "problem", ...orphanedTrouble(path) };
      return ok(isLink ? `${path} leads to ${real}, a regular file.` : `${path} is a regular file.`);
  }
}

function madeByNix(path: string): Finding {
  return {
    grade: "problem",
    code: "hosts-file-managed",
    message: `${path} is made by NixOS, from its configuration.`,
    hint: 'Set environment.etc.hosts.mode = "0644" there, then:',
    command: platform.commands.asRoot("nixos-rebuild switch"),
  };
}

/** What every system's file has (hosts(5)). */
function makeCommand(path: string): string {
  return `printf '127.0.0.1 localhost\\n::1 localhost\\n' | ${platform.commands.asRoot(renderCommand(["tee", path]))}`;
}
