/** DNSEndpoint: ExternalDNS's own resource, whose records are taken as they are written. */
import { type Draft, translateBy } from "./draft.ts";
import type { Fields } from "./fields.ts";
import type { Kind } from "./kind.ts";
import { isTargetOf } from "./record-target.ts";

/** DNSEndpoints (ExternalDNS source/crd.go). Its annotations mean nothing, and the watcher never writes its status. */
export const dnsEndpointKind: Kind = {
  kind: "DNSEndpoint",
  group: "externaldns.k8s.io",
  resource: "dnsendpoints",
  versions: ["v1alpha1"],
  namespaced: true,
  fields: ["spec.endpoints"],
  translate: translateBy("crd", translateDNSEndpoint, { anyController: true }),
  looksAt: [],
};

function translateDNSEndpoint(draft: Draft): void {
  for (const endpoint of draft.spec.objects("endpoints")) askEndpoint(draft, endpoint);
}

function askEndpoint(draft: Draft, endpoint: Fields): void {
  const [host, type, targets] = [endpoint.text("dnsName"), endpoint.text("recordType"), endpoint.texts("targets")];
  const record = `The ${type} record of ${JSON.stringify(host)}`;
  const bad = targets.find((target) => !isTargetOf(type, target));
  if (host === "") draft.refuse("no-host-name", "One of spec.endpoints has no dnsName.");
  else if (type === "") draft.refuse("malformed", `The record of ${JSON.stringify(host)} has no recordType.`, [host]);
  else if (bad !== undefined)
    draft.refuse("bad-target", `${record} cannot have the target ${JSON.stringify(bad)}.`, [host]);
  else if (type === "CNAME" && targets.length === 0) draft.refuse("no-target", `${record} has no target.`, [host]);
  else draft.askRecord(host, type, targets);
}
