/** Zones as zone files for another DNS server (RFC 1035 section 5). */
import type { ManagedDomain } from "./managed-domain.ts";
import type { Field, RecordData } from "./record-data.ts";
import { type Steps, forEachInSteps, sortInSteps } from "../base/steps.ts";
import { type ServedSet, usualTTL, setsOf } from "./zone-records.ts";
import type { ZoneNode, Zones } from "./zone.ts";

/**
 * Writes zones, one after the other, each with its origin and its SOA record first.
 *
 * @param serial - of their SOA records
 */
export function* zoneTextInSteps(zones: Zones, serial: number): Steps<string> {
  const byZone = new Map<ManagedDomain, string[]>();
  // The apex comes first, as servers want it.
  for (const domain of zones.domains)
    byZone.set(domain, [`$ORIGIN ${domain}.`, `$TTL ${usualTTL}`, ...apexLines(zones, domain, serial)]);
  const delegated = delegations(zones);
  const sorted = yield* sortInSteps([...zones.nodes()], ([left], [right]) => left < right);
  yield* forEachInSteps(sorted, ([name, node]) => {
    if (name !== node.zone) byZone.get(node.zone)?.push(...linesOf(name, node, serial));
    const outer = delegated.get(name);
    if (outer !== undefined) byZone.get(outer)?.push(line(name, "NS", "localhost."));
  });
  return [...byZone.values()].map((lines) => `${lines.join("\n")}\n`).join("\n");
}

/** The inner zones, each with the zone right around it, which says where another begins. */
function delegations(zones: Zones): ReadonlyMap<string, ManagedDomain> {
  return new Map(
    zones.domains.flatMap((domain) => {
      const outer = zones.find(domain.slice(domain.indexOf(".") + 1))?.zone;
      return outer === undefined ? [] : [[domain, outer]];
    }),
  );
}

function apexLines(zones: Zones, domain: ManagedDomain, serial: number): readonly string[] {
  return setLines(domain, setsOf({ zone: domain, owner: domain, entry: zones.find(domain)?.entry }, serial));
}

function linesOf(name: string, { zone, entry, isStored }: ZoneNode, serial: number): readonly string[] {
  const lines = setLines(name, setsOf({ zone, owner: name, entry }, serial));
  const isEmpty = lines.length === 0 && (entry !== undefined || isStored);
  return isEmpty ? [line(name, emptyType, "\\# 0")] : lines;
}

function setLines(name: string, sets: readonly ServedSet[]): readonly string[] {
  return sets.flatMap(({ type, records }) => records.map((data) => line(name, type, writeData(data))));
}

/** A type for private use, without data (RFC 3597, RFC 6895 section 3.1): with it a name exists that has nothing to show. */
const emptyType = "TYPE65534";

function line(name: string, type: string, data: string): string {
  return `${writeName(name)} ${usualTTL} IN ${type} ${data}`;
}

function writeData(data: RecordData): string {
  return data.map(writeField).join(" ");
}

function writeField(field: Field): string {
  switch (field.kind) {
    case "address":
      return field.address;
    case "number":
    case "long":
      return String(field.value);
    case "name":
      return writeName(field.name);
    case "string":
      return `"${field.octets.replaceAll(/[^\x20-\x7e]|["\\]/g, escape)}"`;
  }
}

function writeName(name: string): string {
  return `${name.replaceAll(/[^a-z0-9*_.-]/g, escape)}.`;
}

/** Any octet may be written by its number. */
function escape(character: string): string {
  return `\\${String(character.charCodeAt(0)).padStart(3, "0")}`;
}
