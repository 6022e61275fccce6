/** The checks of ExternalDNS in a cluster, in their order, which doctor and `dtk check` share. */
import type { Check } from "./check.ts";
import { annotationPrefix } from "./checks/annotation-prefix.ts";
import { externalDNSCalls } from "./checks/external-dns-calls.ts";
import { externalDNSDomains } from "./checks/external-dns-domains.ts";
import { externalDNSInstalled } from "./checks/external-dns-installed.ts";
import { externalDNSOwner } from "./checks/external-dns-owner.ts";
import { externalDNSPolicy } from "./checks/external-dns-policy.ts";
import { externalDNSRuns } from "./checks/external-dns-runs.ts";
import { externalDNSSources } from "./checks/external-dns-sources.ts";
import { ingressTargets } from "./checks/ingress-targets.ts";

/** Lists the checks, with the one that judges the webhook's URL. */
export function externalDNSChecks(webhookURL: Check): readonly Check[] {
  return [
    externalDNSInstalled,
    webhookURL,
    externalDNSRuns,
    externalDNSCalls,
    externalDNSDomains,
    externalDNSSources,
    annotationPrefix,
    ingressTargets,
    externalDNSPolicy,
    externalDNSOwner,
  ];
}
