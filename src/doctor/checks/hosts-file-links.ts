/** Has the hosts file another name, a hard link? The server replaces the file, and the other name keeps the old bytes. */
import { renderCommand } from "../../base/shell.ts";
import { type Check, type Finding, ok } from "../check.ts";
import { type HostsFile, lookAtHostsFile } from "../looks/hosts-file.ts";
import { platform } from "../../platform/current.ts";

export const hostsFileLinks: Check = {
  id: "hosts-file-links",
  title: "The hosts file has no other name",
  needs: ["hosts-file-there"],
  run: async ({ once }) => [judgeLinks(await once(lookAtHostsFile))],
};

/** Judges how many names the file has. Doctor does not repair this, since a backup may be made of hard links on purpose. */
export function judgeLinks({ path, real, links, mount }: HostsFile): Finding {
  if (links <= 1) return ok(`${path} has no other name.`);
  const names = links === 2 ? "another name (a hard link)" : `${links - 1} other names (hard links)`;
  const find = [
    "find",
    mount?.point === real ? "/" : (mount?.point ?? "/"),
    "-xdev",
    "-samefile",
    real,
    "!",
    "-path",
    real,
  ];
  return {
    grade: "warning",
    code: "hosts-file-linked",
    message: `${path} has ${names}: the next change leaves the old lines there.`,
    hint: "Make a symbolic link of each:",
    command: platform.commands.asRoot(renderCommand([...find, "-exec", "ln", "-sfn", real, "{}", ";"])),
  };
}
