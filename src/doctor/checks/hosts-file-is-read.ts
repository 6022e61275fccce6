/** Is the file that is looked at the one that resolvers read? A scratch file shows names to nobody. */
import { type Check, type Finding, ok } from "../check.ts";
import { isResolversFile, lookAtHostsFile } from "../looks/hosts-file.ts";
import { platform } from "../../platform/current.ts";

export const hostsFileIsRead: Check = {
  id: "hosts-file-is-read",
  title: "Resolvers read this hosts file",
  needs: ["hosts-file-there"],
  run: async ({ once }) => {
    const file = await once(lookAtHostsFile);
    return [judgeRead(file.path, await isResolversFile(file))];
  },
};

export function judgeRead(path: string, isResolvers: boolean): Finding {
  if (isResolvers) return ok(`${path} is the file that resolvers read.`);
  return {
    grade: "note",
    code: "hosts-file-not-resolvers",
    message: `${path} is not the file that resolvers read, which is ${platform.places.hostsFile}: its names resolve nowhere.`,
    hint: "For a trial that is right. Otherwise start the server without --hosts-file.",
    isDeadEnd: true,
  };
}
