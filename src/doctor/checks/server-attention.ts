/** What does the server itself want a person to look at? What other checks look at more closely is left to them. */
import type { Status } from "../../contract/status.ts";
import { type Check, type Finding, ok } from "../check.ts";

export const serverAttention: Check = {
  id: "server-attention",
  title: "The server wants nothing",
  needs: ["server-answers"],
  isHearsay: true,
  run: async ({ status }) => judgeAttention((await status())?.attention ?? []),
};

/** Without these nothing is shown at all. */
const grave = /^(?:state-.*|store-.*|no-cluster-ip|no-managed-domain)$/;

/** What other checks look at whenever the server answers, and say in words of their own. */
const elsewhere = /^(?:hosts-file-.*|name-is-yours)$/;

/** Judges what the server says. */
export function judgeAttention(attention: Status["attention"]): readonly Finding[] {
  const own = attention.filter(({ code }) => !elsewhere.test(code));
  if (own.length === 0) return [ok("The server has its settings and its records.")];
  return own.map((trouble) => ({ grade: grave.test(trouble.code) ? "problem" : "warning", ...trouble }));
}
