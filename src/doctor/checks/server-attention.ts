/** What does the server itself report? What other checks look at more closely is left to them. */
import type { Status } from "../../contract/status.ts";
import { hostsFileIdentity } from "../../sinks/hosts-file/identity.ts";
import { type Check, type Finding, findingOf, ok } from "../check.ts";

export const serverAttention: Check = {
  id: "server-attention",
  title: "The server reports no problems",
  needs: ["server-answers"],
  isHearsay: true,
  run: async ({ status }) => judgeAttention((await status())?.attention ?? []),
};

/** Judges what the server says, but for the hosts file: other checks read that file, and say in their own words what they find. */
export function judgeAttention(attention: Status["attention"]): readonly Finding[] {
  const own = attention.filter(({ sink }) => sink !== hostsFileIdentity.id);
  if (own.length === 0) return [ok("The server has its settings and its records.")];
  return own.map((trouble) => findingOf(trouble));
}
