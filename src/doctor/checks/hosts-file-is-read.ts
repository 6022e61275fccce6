/** Is the file that is looked at the one that resolvers read? A scratch file shows names to nobody. */
import { realpath } from "node:fs/promises";
import { type Check, type Finding, ok } from "../check.ts";
import { lookAtHostsFile } from "../hosts-file.ts";

/** Where resolvers look (hosts(5)). */
const resolversFile = "/etc/hosts";

export const hostsFileIsRead: Check = {
  id: "hosts-file-is-read",
  title: "Resolvers read this hosts file",
  needs: ["hosts-file-there"],
  run: async ({ once }) => {
    const { path, real } = await once(lookAtHostsFile);
    return [judgeRead(path, real === (await realpath(resolversFile).catch(() => resolversFile)))];
  },
};

/** Judges. */
export function judgeRead(path: string, isResolvers: boolean): Finding {
  if (isResolvers) return ok(`${path} is the file that resolvers read.`);
  return {
    grade: "note",
    code: "hosts-file-not-resolvers",
    message: `${path} is not the file that resolvers read, which is ${resolversFile}: its names resolve nowhere.`,
    hint: "For a trial that is right; else start the server without --hosts-file.",
    isDeadEnd: true,
  };
}
