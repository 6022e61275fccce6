/** Reads from the probe's output whether the cluster reaches the server, and which address the server sees. Pure. */
import type { ProbeOutcome } from "./probe-pod.ts";

export type Reach =
  /** The server answered; `isAllowed` says whether its allow list covers the address. */
  | { readonly kind: "reached"; readonly seenFrom: string; readonly isAllowed: boolean }
  | { readonly kind: "stranger" }
  | { readonly kind: "refused" }
  | { readonly kind: "unknown-host" }
  | { readonly kind: "silent" }
  | { readonly kind: "could-not-run"; readonly why: string };

/** Judges what wget said (BusyBox's and GNU's words). */
export function judgeReach(outcome: ProbeOutcome): Reach {
  if (outcome.kind === "could-not-run") return outcome;
  const { output } = outcome;
  const seenFrom = /^\s*x-seen-from:\s*(\S+)/im.exec(output)?.[1];
  if (seenFrom !== undefined) return { kind: "reached", seenFrom, isAllowed: /^\s*HTTP\/1\.[01] 200\b/m.test(output) };
  if (/HTTP\/1\.[01] \d{3}/.test(output)) return { kind: "stranger" };
  if (/refused/i.test(output)) return { kind: "refused" };
  if (/bad address|unable to resolve|name or service not known/i.test(output)) return { kind: "unknown-host" };
  return { kind: "silent" };
}
