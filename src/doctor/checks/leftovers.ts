/** Has a process that was killed left files beside the hosts file? */
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { renderCommand } from "../../base/shell.ts";
import { isTemporaryOf } from "../../sinks/hosts-file/writer/replace.ts";
import { type Check, type Finding, ok } from "../check.ts";
import { lookAtHostsFile } from "../looks/hosts-file.ts";
import { platform } from "../../platform/current.ts";

/** Milliseconds; a younger file may belong to a write that is under way. */
const youngest = 60_000;

export const leftovers: Check = {
  id: "leftovers",
  title: "Nothing is left of a killed process",
  needs: ["hosts-file-there"],
  run: async ({ once }) => {
    const { real, folder } = await once(lookAtHostsFile);
    const names = await readdir(folder.path).catch(() => []);
    const paths = names.filter((name) => isTemporaryOf(real, name)).map((name) => join(folder.path, name));
    const old = await Promise.all(
      paths.map(async (path) => {
        const status = await stat(path).catch(() => undefined);
        return status !== undefined && Date.now() - status.mtimeMs > youngest ? [path] : [];
      }),
    );
    return [judgeLeftovers(basename(real), old.flat())];
  },
};

/** Judges the temporary files that are older than any write. */
function judgeLeftovers(name: string, paths: readonly string[]): Finding {
  if (paths.length === 0) return ok(`No half-written ${name} is left.`);
  const command = ["rm", "-f", "--", ...paths];
  return {
    grade: "note",
    code: "hosts-file-leftover",
    message: `A process that was killed left ${paths.length} half-written ${paths.length === 1 ? "copy" : "copies"} of ${name}.`,
    hint: "The server removes them when it starts. To remove them now:",
    command: platform.commands.asRoot(renderCommand(command)),
    fix: { commands: [command], needsRoot: true },
  };
}
