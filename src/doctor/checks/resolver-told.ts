/** Was the system resolver told our domains, and are the files that tell it still as the server wrote them? */
import type { Status } from "../../contract/status.ts";
import { exemptDomains, tellResolver } from "../../platform/resolver/commands.ts";
import { foreignFile } from "../../platform/resolver/trouble.ts";
import { type Check, type Finding, findingOf, ok } from "../check.ts";
import { namesOnlyInDNS } from "../looks/canary.ts";
import { type WiringLook, lookAtWiring } from "../looks/wiring.ts";

export const resolverTold: Check = {
  id: "resolver-told",
  title: "The system resolver was told our domains",
  needs: ["server-answers"],
  run: async (desktop) => judgeTold(await desktop.status(), await desktop.once(lookAtWiring)),
};

/** Judges by what the server says, and by the files. */
export function judgeTold(
  status: Pick<Status, "attention" | "names"> | undefined,
  look: Pick<WiringLook, "told" | "foreign"> | undefined,
): readonly Finding[] {
  if (look === undefined) return [leftAlone(status)];
  const isMissed = namesOnlyInDNS(status?.names.list ?? []).length > 0;
  const { told, foreign } = look;
  const troubles = (status?.attention ?? []).filter(({ code }) => code.startsWith("resolver-"));
  const known = new Set(troubles.map(({ message }) => message));
  const files = foreign.map(foreignFile).filter(({ message }) => !known.has(message));
  const grade = isMissed ? "problem" : "warning";
  const found = [...troubles, ...files].map((trouble) => ({
    ...findingOf(trouble, trouble.severity === "info" ? "note" : grade),
    ...repairOf(trouble.code),
  }));
  return found.length > 0 ? found : [ok(told.sentence)];
}

/** What the server says of its own flags, it does not know to be an installation's. */
function repairOf(code: string): { readonly hint?: string; readonly command?: string } {
  if (code === "resolver-way-impossible")
    return { hint: "Let it be told in the way that fits:", command: tellResolver };
  if (code === "resolver-checks-dnssec") return { hint: "Exempt the domains from DNSSEC:", command: exemptDomains };
  return {};
}

/** The server knows whether there are names that need the resolver. */
function leftAlone(status: Pick<Status, "attention"> | undefined): Finding {
  const item = status?.attention.find(({ code }) => code === "resolver-left-alone");
  return item === undefined ? ok("The system resolver is left alone.") : findingOf(item, "note");
}
