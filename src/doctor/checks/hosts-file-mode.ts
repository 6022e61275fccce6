/** May every program read the hosts file, and only root write it? Most programs that resolve names are not root's. */
import { renderCommand } from "../../base/shell.ts";
import { type Check, type Finding, ok } from "../check.ts";
import { type HostsFile, lookAtHostsFile } from "../looks/hosts-file.ts";
import { platform } from "../../platform/current.ts";

export const hostsFileMode: Check = {
  id: "hosts-file-mode",
  title: "Every program may read the hosts file",
  needs: ["hosts-file-there"],
  run: async ({ once }) => [judgeMode(await once(lookAtHostsFile))],
};

const readByOthers = 0o004;
const writtenByOthers = 0o002;

/** Judges the file's permission bits. */
export function judgeMode({ path, real, mode }: HostsFile): Finding {
  const shown = mode.toString(8).padStart(4, "0");
  if ((mode & readByOthers) === 0) {
    return repairable("problem", ["chmod", "a+r", real], {
      code: "hosts-file-unreadable",
      message: `${path} has mode ${shown}: programs that are not root's cannot read it, so no name in it resolves for them.`,
    });
  }
  if ((mode & writtenByOthers) !== 0) {
    return repairable("warning", ["chmod", "o-w", real], {
      code: "hosts-file-open",
      message: `${path} has mode ${shown}: every user of this machine may send any name anywhere.`,
    });
  }
  return ok(`${path} has mode ${shown}: every program may read it.`);
}

function repairable(
  grade: "problem" | "warning",
  words: readonly string[],
  said: { readonly code: string; readonly message: string },
): Finding {
  const hint = "Set it right:";
  const command = platform.commands.asRoot(renderCommand(words));
  return { grade, ...said, hint, command, fix: { commands: [words], needsRoot: true } };
}
