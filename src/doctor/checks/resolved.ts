/** Does systemd-resolved read the hosts file? Programs that ask it directly, as over its stub, see nothing else. */
import { type Check, type Finding, ok } from "../check.ts";
import { type Resolver, lookAtResolver } from "../looks/resolver.ts";
import { platform } from "../../platform/current.ts";
import { resolvedFolders, restartResolved } from "../../platform/linux-files.ts";

export const resolved: Check = {
  id: "resolved",
  title: "systemd-resolved reads the hosts file",
  needs: [],
  run: async ({ once }) => [judgeResolved((await once(lookAtResolver)).resolved)],
};

const [folder = ""] = resolvedFolders;
const dropIn = `${folder}/zz-hostsfile-server.conf`;
const { asRoot } = platform.commands;

/** Judges resolved's settings. */
export function judgeResolved({ isRunning, readsHosts }: Resolver["resolved"]): Finding {
  if (!isRunning) return ok("systemd-resolved does not run here.");
  if (readsHosts) return ok("systemd-resolved reads the hosts file.");
  return {
    grade: "warning",
    code: "resolved-ignores-hosts",
    message:
      "systemd-resolved is told not to read the hosts file (ReadEtcHosts=no): programs that ask it do not see our names.",
    hint: "Let it:",
    command: `${asRoot(`mkdir -p ${folder}`)} && printf '[Resolve]\\nReadEtcHosts=yes\\n' | ${asRoot(`tee ${dropIn}`)} && ${asRoot(restartResolved)}`,
  };
}
