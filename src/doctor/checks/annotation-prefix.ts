/** Do the Ingresses and ExternalDNS mean the same annotations? It reads one prefix at a time, and v0.22 has another by default. */
import type { Advice } from "../../base/trouble.ts";
import { type Change, renderChange } from "../../dtk/external-dns/change.ts";
import { newerPrefix } from "../../dtk/external-dns/settings.ts";
import { isBefore } from "../../dtk/external-dns/version.ts";
import { pathOf } from "../../kubernetes/cluster-ip/candidate.ts";
import type { Ingress } from "../../kubernetes/facts.ts";
import { hasAnnotatedTarget, isPublished } from "../../dtk/discovery/silent-ingress.ts";
import { annotationPrefix as olderPrefix } from "../../dtk/release/values.ts";
import { type Check, type Desktop, type Finding, ok } from "../check.ts";
import {
  type WebhookPath,
  kubectl,
  listSome,
  lookAtChain,
  lookAtFacts,
  managedIngresses,
} from "../looks/cluster-looks.ts";

export const annotationPrefix: Check = {
  id: "annotation-prefix",
  title: "ExternalDNS reads the Ingresses' annotations",
  needs: ["external-dns-installed"],
  run: async (desktop) => {
    const [chain, facts] = await Promise.all([desktop.once(lookAtChain), desktop.once(lookAtFacts)]);
    const prefix = chain.externalDNS.settings.annotationPrefix ?? olderPrefix;
    return [judgePrefix(chain, managedIngresses(facts, chain.cluster?.domains, prefix), desktop)];
  },
};

const known = [olderPrefix, newerPrefix];

/** Judges by the targets, without which an Ingress that no load balancer published has no record. */
export function judgePrefix(
  chain: WebhookPath,
  ingresses: readonly Ingress[],
  desktop: Pick<Desktop, "place">,
): Finding {
  const { annotationPrefix: read } = chain.externalDNS.settings;
  if (read === undefined)
    return ok("The image's tag says no version, so the prefix that ExternalDNS reads is not known.");
  const missed = ingresses.filter((ingress) => {
    const isOther = known.some((prefix) => prefix !== read && hasAnnotatedTarget(ingress, prefix));
    return isOther && !hasAnnotatedTarget(ingress, read) && !isPublished(ingress);
  });
  const [first] = missed;
  const other = known.find((prefix) => first !== undefined && prefix !== read && hasAnnotatedTarget(first, prefix));
  if (other === undefined) return ok(`ExternalDNS reads annotations with ${read}.`);
  const isReadByOthers = ingresses.some((ingress) => hasAnnotatedTarget(ingress, read));
  const advice =
    isReadByOthers || !hasFlag(chain)
      ? annotate(missed, { read, other }, desktop)
      : {
          hint: "Let it read the other:",
          command: renderChange(chain.externalDNS, changeTo(other, chain), desktop.place),
        };
  return {
    grade: "problem",
    code: "annotation-prefix-differs",
    message: missedSentence(missed, { read, other }),
    ...advice,
  };
}

interface Prefixes {
  readonly read: string;
  readonly other: string;
}

function missedSentence(missed: readonly Ingress[], { read, other }: Prefixes): string {
  const paths = listSome(missed.map(pathOf));
  const [who, pronoun] =
    missed.length === 1
      ? [`the Ingress ${paths} has its`, "it"]
      : [`${missed.length} Ingresses ${paths} have their`, "them"];
  return `ExternalDNS reads annotations with ${read}, and ${who} target with ${other}: it passes over ${pronoun}.`;
}

/** The flag is of v0.20, like the chart's value of 1.20. */
function hasFlag({ externalDNS: { version } }: WebhookPath): boolean {
  return version === undefined || !isBefore(version, [0, 20, 0]);
}

function changeTo(prefix: string, { externalDNS }: WebhookPath): Change {
  const { origin } = externalDNS;
  const isOlder = origin.kind === "helm" && /^1\.1?\d\./.test(origin.chartVersion);
  const key = isOlder ? "extraArgs.annotation-prefix" : "annotationPrefix";
  return { flag: "annotation-prefix", values: [prefix], chartValue: `${key}=${prefix}` };
}

function annotate(ingresses: readonly Ingress[], { read, other }: Prefixes, desktop: Pick<Desktop, "place">): Advice {
  const commands = ingresses.map(({ metadata }) => {
    const target = `${read}target=${metadata.annotations?.[`${other}target`] ?? ""}`;
    return kubectl(desktop, "-n", metadata.namespace ?? "default", "annotate", "ingress", metadata.name, target);
  });
  return { hint: "Annotate with the prefix that it reads:", command: commands.join("; ") };
}
