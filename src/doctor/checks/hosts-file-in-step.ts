/** Has the server brought into the hosts file what it wants there? It says itself what kept it from that. */
import type { Status } from "../../contract/status.ts";
import { type Check, type Finding, ok } from "../check.ts";

export const hostsFileInStep: Check = {
  id: "hosts-file-in-step",
  title: "The server could write what it wants",
  needs: ["server-file", "hosts-file-writable", "disk-space", "hosts-file-block"],
  run: async ({ status }) => {
    const known = await status();
    return known === undefined ? [ok("No server writes.")] : judgeInStep(known);
  },
};

/** Judges what the server says of its sinks. */
export function judgeInStep({ sinks, names }: Pick<Status, "sinks" | "names">): readonly Finding[] {
  const troubles = sinks.flatMap(({ trouble }) => trouble ?? []);
  if (troubles.length > 0) return troubles.map((trouble) => ({ grade: "problem", ...trouble }));
  return [ok(`The server has written all it wants: ${names.total} ${names.total === 1 ? "name" : "names"}.`)];
}
