/** Under SELinux, does the hosts file carry the label that lets confined programs read it? */
import { renderCommand } from "../../base/shell.ts";
import { type Check, type Finding, ok } from "../check.ts";
import { lookAtHostsFile } from "../looks/hosts-file.ts";
import { platform } from "../../platform/current.ts";
import { selinuxModeFile } from "../../platform/linux-files.ts";

export const hostsFileLabel: Check = {
  id: "hosts-file-label",
  title: "SELinux lets programs read the hosts file",
  needs: ["hosts-file-there"],
  run: async ({ once, run, readFile }) => {
    const { real } = await once(lookAtHostsFile);
    const enforce = await readFile(selinuxModeFile).catch(() => undefined);
    if (enforce?.toString() !== "1") return [ok("SELinux does not keep programs from the hosts file.")];
    const { output } = await run("stat", ["-c", "%C", "--", real]);
    return [judgeLabel(real, output.trim())];
  },
};

/** The type that the reference policy gives to /etc/hosts (files.fc). */
const wanted = "net_conf_t";

/**
 * Judges the label.
 *
 * @param label - as in `system_u:object_r:net_conf_t:s0`
 */
export function judgeLabel(path: string, label: string): Finding {
  const type = label.split(":")[2];
  if (path !== platform.places.hostsFile || type === undefined || type === wanted)
    return ok("SELinux lets programs read the hosts file.");
  const command = ["restorecon", "-v", path];
  return {
    grade: "warning",
    code: "hosts-file-label",
    message: `${path} has the SELinux type ${type} instead of ${wanted}: confined programs may not read it.`,
    hint: "Give it back:",
    command: platform.commands.asRoot(renderCommand(command)),
    fix: { commands: [command], needsRoot: true },
  };
}
