/**
 * The faults that `doctor` is proven on, in the words of docs/troubleshooting.md: made for real by the end-to-end tests,
 * listed in the documentation's table, and compared with it by test/docs.test.ts.
 */

export interface FaultRow {
  /** What is wrong, as somebody would tell it. */
  readonly fault: string;
  /** What doctor names first. */
  readonly code: string;
  /** What its fix does, in short. */
  readonly fix: string;
}

/** On the side of the watcher: test/watch-doctor.test.ts and test/e2e/watch-rights.test.ts. */
export const watchFaults = [
  { fault: "The watcher was stopped", code: "watch-not-running", fix: "`hostsfile-server watch`" },
  { fault: "It may not read the cluster", code: "watch-forbidden", fix: "`watch --print-rbac`, and a binding" },
] as const satisfies readonly FaultRow[];

/** On the side of ExternalDNS and the cluster: test/e2e/chain-faults.test.ts. */
export const chainFaults = [
  { fault: "ExternalDNS is switched off", code: "external-dns-scaled-down", fix: "`kubectl scale`" },
  { fault: "Its image cannot be pulled", code: "image-not-pulled", fix: "let the cluster reach the registry" },
  { fault: "It does not know one of its flags", code: "external-dns-flags", fix: "take the flag away" },
  { fault: "It calls another address", code: "webhook-elsewhere", fix: "`helm upgrade` with the right URL" },
  { fault: "The server listens on loopback alone", code: "server-elsewhere", fix: "start it without `--host`" },
  { fault: "The firewall drops its calls", code: "firewall-blocks", fix: "`nft`, `ufw` or `firewall-cmd`" },
  { fault: "It shows no token", code: "webhook-token-missing", fix: "a Secret, and the variable in the URL" },
  { fault: "It shows a wrong token", code: "webhook-wrong-token", fix: "the right one into the Secret" },
  { fault: "It may not remove names", code: "policy-keeps-names", fix: "`policy: sync`" },
  { fault: "It reads another annotation prefix", code: "annotation-prefix-differs", fix: "`annotationPrefix`" },
  { fault: "It does not watch Ingresses", code: "sources-without-ingress", fix: "the source `ingress`" },
  { fault: "Its filter leaves a domain out", code: "domain-filtered-out", fix: "take the filter away" },
  { fault: "A domain came after its start", code: "restart-external-dns", fix: "`kubectl rollout restart`" },
  { fault: "The records belong to another owner", code: "owner-changed", fix: "the old `--txt-owner-id`" },
  { fault: "An Ingress has neither annotation nor address", code: "ingress-without-target", fix: "`kubectl annotate`" },
  { fault: "An Ingress names an unknown class", code: "ingress-class-unknown", fix: "`kubectl patch`" },
  { fault: "The cluster has another address", code: "cluster-ip-moved", fix: "`curl -d ADDRESS …/clusterip`" },
  { fault: "Nothing listens where names lead", code: "cluster-ip-closed", fix: "start an ingress controller" },
  { fault: "The API server is down", code: "cluster-unreachable", fix: "start the cluster" },
] as const satisfies readonly FaultRow[];
