/** Does the server keep the hosts file that is looked at? One that keeps another, or none, explains why no line comes. */
import type { Status } from "../../contract/status.ts";
import { renderCommand } from "../../base/shell.ts";
import { type Check, type Finding, ok } from "../check.ts";
import { platform } from "../../platform/current.ts";

export const serverFile: Check = {
  id: "server-file",
  title: "The server keeps this hosts file",
  needs: ["server-answers"],
  run: async ({ status, hostsFile }) => [judgeServerFile((await status())?.server, hostsFile)],
};

/** Judges which file the server keeps. */
export function judgeServerFile(
  server: Pick<Status["server"], "hostsFile" | "dryRun"> | undefined,
  hostsFile: string,
): Finding {
  if (server?.dryRun === true) {
    return {
      grade: "warning",
      code: "server-dry-run",
      message: "The server was started with --dry-run: it writes no line.",
      hint: "Start it without that flag, or make it a service:",
      command: platform.commands.asRoot("hostsfile-server install"),
      isDeadEnd: true,
    };
  }
  if (server === undefined || server.hostsFile === hostsFile) return ok(`The server keeps ${hostsFile}.`);
  return {
    grade: "warning",
    code: "server-keeps-another-file",
    message: `The server keeps ${server.hostsFile}, not ${hostsFile}.`,
    hint: "Look at that file:",
    command: renderCommand(["hostsfile-server", "doctor", `--hosts-file=${server.hostsFile}`]),
    isDeadEnd: true,
  };
}
