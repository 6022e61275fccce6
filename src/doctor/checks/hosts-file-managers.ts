/** Do other programs write the hosts file too? Some of them write it anew at each boot. */
import { guessCulprit } from "../../sinks/hosts-file/culprit.ts";
import { userPartOf } from "../../sinks/hosts-file/document/document.ts";
import { otherManagers } from "../../service/other-managers.ts";
import { type Check, type Finding, ok } from "../check.ts";
import { lookAtHostsFile } from "../looks/hosts-file.ts";

export const hostsFileManagers: Check = {
  id: "hosts-file-managers",
  title: "No other program writes the hosts file anew",
  needs: ["hosts-file-there"],
  run: async ({ once, platform }) => {
    const { path, text } = await once(lookAtHostsFile);
    if (text === undefined) return [ok(`This user may not read ${path}; root sees more.`)];
    const managers = otherManagers(path, platform).map((trouble): Finding => ({ grade: "warning", ...trouble }));
    return managers.length > 0 ? managers : [judgeMarks(path, userPartOf(text))];
  },
};

/** Judges by what other programs leave in the file. */
export function judgeMarks(path: string, userPart: string): Finding {
  const culprit = guessCulprit(userPart);
  if (culprit === undefined) return ok(`No other program has left its mark in ${path}.`);
  return {
    grade: "note",
    code: "hosts-file-shared",
    message: `${path} has lines of ${culprit.names}, which may write it as well.`,
    hint: "Nothing to do: the managed block is put back when another program takes it out.",
  };
}
