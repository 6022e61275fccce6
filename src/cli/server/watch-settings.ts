/** The flags of `hostsfile-server watch`. */
import * as z from "zod/mini";
import { commaList, onOrOff, oneText, parsedBy } from "../../base/text-schema.ts";
import { targetChoices } from "../../kubernetes/cluster-ip/target-choice.ts";
import { declare } from "../setting.ts";
import { domainList } from "./serve-settings.ts";

/** Without any, it would mean all of them, which nobody wants who named some. */
function atLeastOne(expected: string) {
  return z.pipe(
    commaList,
    parsedBy((texts: string[]) => (texts.length === 0 ? undefined : texts), expected),
  );
}

export const watchSettings = {
  context: declare({
    flag: "context",
    placeholder: "NAME",
    repeatable: true,
    doc: "Watch these contexts of the kubeconfigs alone, wherever their clusters are and however they log in.",
    whenAbsent: "every context whose API server is on this desktop and whose credentials need no program",
    schema: atLeastOne("the name of a context"),
  }),
  allContexts: declare({
    flag: "all-contexts",
    doc: "Watch every context.",
    whenAbsent: "off",
    schema: onOrOff,
  }),
  kubeconfig: declare({
    flag: "kubeconfig",
    placeholder: "PATH",
    doc: "The kubeconfig to follow.",
    whenAbsent: "the files of `$KUBECONFIG`, else ~/.kube/config",
    schema: oneText,
  }),
  domains: declare({
    flag: "domains",
    placeholder: "LIST",
    doc: "The managed domains of the clusters, comma separated. Each covers itself and everything under it.",
    whenAbsent:
      "those in which watchers may have names, which are those of the cluster `default` unless the server was told",
    schema: domainList,
  }),
  targets: declare({
    flag: "targets",
    placeholder: "MODE",
    doc: "Where names point: `cluster` (the cluster IP), `record` (the records' own addresses), or `auto`.",
    whenAbsent:
      "`auto`, `record` where Services or Gateways have addresses of their own, else `cluster`, unless the server was given one by `/targets`",
    schema: z.pipe(
      oneText,
      parsedBy((text) => targetChoices.find((choice) => choice === text), `one of ${targetChoices.join(", ")}`),
    ),
  }),
  namespace: declare({
    flag: "namespace",
    placeholder: "NAME",
    repeatable: true,
    doc: "Watch these namespaces alone.",
    whenAbsent: "all, or the context's own where the rights end there",
    schema: atLeastOne("the name of a namespace"),
  }),
  class: declare({
    flag: "class",
    placeholder: "NAME",
    repeatable: true,
    doc: "Watch Ingresses of these classes alone.",
    whenAbsent: "all",
    schema: atLeastOne("the name of an Ingress class"),
  }),
  once: declare({
    flag: "once",
    doc: "Read every cluster once, hand its names in, and end.",
    whenAbsent: "until Ctrl-C",
    schema: onOrOff,
  }),
  dryRun: declare({
    flag: "dry-run",
    doc: "Say what would be handed in, and ask no server.",
    whenAbsent: "off",
    schema: onOrOff,
  }),
  json: declare({
    flag: "json",
    doc: "Print what happens as JSON, one line each.",
    whenAbsent: "text",
    schema: onOrOff,
  }),
  printRBAC: declare({
    flag: "print-rbac",
    doc: "Print a ClusterRole with the rights that are needed, and end.",
    whenAbsent: "off",
    schema: onOrOff,
  }),
} as const;
