/** Every check of `doctor`, a line each: a cause comes before what it keeps from working, so that the true fault is named first. */
import { externalDNSChecks } from "./external-dns-checks.ts";
import type { Check } from "./check.ts";
import { browser } from "./checks/browser.ts";
import { clusterCertificate } from "./checks/cluster-certificate.ts";
import { clusterIP } from "./checks/cluster-ip.ts";
import { clusterListens } from "./checks/cluster-listens.ts";
import { clusterReachable } from "./checks/cluster-reachable.ts";
import { diskSpace } from "./checks/disk-space.ts";
import { dnsAnswers } from "./checks/dns-answers.ts";
import { dockerDNS } from "./checks/docker-dns.ts";
import { domains } from "./checks/domains.ts";
import { externalDNSPace } from "./checks/external-dns-pace.ts";
import { firewallOpen } from "./checks/firewall-open.ts";
import { hostsFileBlock } from "./checks/hosts-file-block.ts";
import { hostsFileBytes } from "./checks/hosts-file-bytes.ts";
import { hostsFileInStep } from "./checks/hosts-file-in-step.ts";
import { hostsFileIsRead } from "./checks/hosts-file-is-read.ts";
import { hostsFileLabel } from "./checks/hosts-file-label.ts";
import { hostsFileLinks } from "./checks/hosts-file-links.ts";
import { hostsFileManagers } from "./checks/hosts-file-managers.ts";
import { hostsFileMode } from "./checks/hosts-file-mode.ts";
import { hostsFileNames } from "./checks/hosts-file-names.ts";
import { hostsFileThere } from "./checks/hosts-file-there.ts";
import { hostsFileWritable } from "./checks/hosts-file-writable.ts";
import { ingressClasses } from "./checks/ingress-classes.ts";
import { leftovers } from "./checks/leftovers.ts";
import { nameResolves } from "./checks/name-resolves.ts";
import { nscd } from "./checks/nscd.ts";
import { nsswitch } from "./checks/nsswitch.ts";
import { resolved } from "./checks/resolved.ts";
import { resolverAsks } from "./checks/resolver-asks.ts";
import { resolverFits } from "./checks/resolver-fits.ts";
import { resolverTold } from "./checks/resolver-told.ts";
import { serverAnswers } from "./checks/server-answers.ts";
import { serverAttention } from "./checks/server-attention.ts";
import { serverFile } from "./checks/server-file.ts";
import { serviceEnabled } from "./checks/service-enabled.ts";
import { watcherContexts } from "./checks/watcher-contexts.ts";
import { watcherKinds } from "./checks/watcher-kinds.ts";
import { watcherRuns } from "./checks/watcher-runs.ts";
import { watcherToken } from "./checks/watcher-token.ts";
import { teamsFollowed } from "./checks/teams-followed.ts";
import { teamServer } from "./checks/team-server.ts";
import { webhookURL } from "./checks/webhook-url.ts";

export const checks: readonly Check[] = [
  // The server
  serverAnswers,
  serverFile,
  serviceEnabled,
  // The hosts file
  hostsFileThere,
  hostsFileWritable,
  diskSpace,
  hostsFileMode,
  hostsFileLinks,
  hostsFileLabel,
  hostsFileBytes,
  hostsFileManagers,
  hostsFileBlock,
  hostsFileInStep,
  hostsFileNames,
  leftovers,
  // The resolver
  nsswitch,
  resolved,
  nscd,
  hostsFileIsRead,
  nameResolves,
  dnsAnswers,
  resolverTold,
  resolverFits,
  resolverAsks,
  domains,
  browser,
  dockerDNS,
  // The watcher
  watcherRuns,
  watcherToken,
  watcherContexts,
  watcherKinds,
  // The teams
  teamsFollowed,
  teamServer,
  // ExternalDNS and the cluster
  clusterReachable,
  firewallOpen,
  ...externalDNSChecks(webhookURL),
  externalDNSPace,
  // The way to the cluster
  clusterIP,
  clusterListens,
  clusterCertificate,
  ingressClasses,
  // What the server says itself
  serverAttention,
];
