/** What the view needs of a stored record, taken from its endpoint once. */
import { type Endpoint, recordKey, resourceOf } from "./endpoint.ts";
import { type ALabelName, parseDNSName, toALabels } from "./name.ts";
import type { TeamRefusal } from "./team-refusal.ts";

/** A stored record, as far as the view needs it. */
export interface ViewRecord {
  /** Lower case, without trailing dot; any name that was sent. */
  readonly name: string;
  /** The name in its one spelling; undefined for what is not a DNS name. */
  readonly dnsName: ALabelName | undefined;
  /** Upper case, as in `A`. */
  readonly type: string;
  readonly targets: readonly string[];
  /** Seconds; undefined where the source leaves it open. */
  readonly ttl: number | undefined;
  readonly resource: string | undefined;
  /** Grows with every record that the store sees for the first time. */
  readonly sequence: number;
  /** Why its targets were not kept in memory, if they were not. */
  readonly excess?: StoredExcess | undefined;
  /** Why a team may not say it, if it may not. */
  readonly refused?: TeamRefusal | undefined;
}

/** What an earlier version stored may pass a limit of this one. */
export type StoredExcess = "record-too-large" | "store-full";

/**
 * Takes from an endpoint what the view needs.
 *
 * @param endpoint - an endpoint as it is stored
 * @param sequence - when the store saw the record first, in relation to others
 * @param excess - why its targets must not be kept in memory, if they must not
 * @returns undefined for an ownership record, which is for ExternalDNS alone
 */
export function toViewRecord(endpoint: Endpoint, sequence: number, excess?: StoredExcess): ViewRecord | undefined {
  const { name, type } = recordKey(endpoint);
  if (type === "TXT" && isOwnership(endpoint)) return undefined;
  const dnsName = parseDNSName(name);
  const { recordTTL = 0 } = endpoint;
  return {
    name,
    dnsName: dnsName && toALabels(dnsName),
    type,
    targets: excess === undefined ? (endpoint.targets ?? []) : [],
    ttl: recordTTL > 0 ? recordTTL : undefined,
    resource: resourceOf(endpoint),
    sequence,
    ...(excess !== undefined && { excess }),
  };
}

/**
 * Says whether a TXT record is one by which ExternalDNS knows its own records again: it has a label that names the record
 * (since v0.13), or its text says so (registry/txt/registry.go). Shown in DNS, it would hide its name from a wildcard.
 */
function isOwnership({ labels, targets }: Endpoint): boolean {
  return labels?.["ownedRecord"] !== undefined || targets?.some(isOwnershipText) === true;
}

/** Whether the text of a TXT record is ExternalDNS's own mark, quoted or not. */
export function isOwnershipText(text: string): boolean {
  return /^"?heritage=/.test(text);
}
