/** Writes records as DNS packets have them (RFC 1035 section 4.1). */
import { type Address, octetsOf } from "../../../records/address.ts";
import type { Field, RecordData } from "../../../records/record-data.ts";
import type { ServedSet } from "../../../records/zone-records.ts";
import { internetClass, typeCodes } from "./protocol.ts";

/**
 * Writes the records of a set.
 *
 * @param into - has room for them
 * @param start - where they begin
 * @param owner - their name, or where in the packet it is written already
 * @returns where they end
 */
export function writeSet(
  into: Uint8Array,
  start: number,
  { type, records, ttl }: ServedSet,
  owner: string | number,
): number {
  const code = codes.get(type) ?? 0;
  let at = start;
  for (const data of records) {
    at = typeof owner === "number" ? writeShort(into, at, 0xc000 | owner) : writeName(into, at, owner);
    at = writeShort(into, at, code);
    at = writeShort(into, at, internetClass);
    at = writeLong(into, at, ttl);
    const begin = at + 2;
    const end = writeData(into, begin, data);
    writeShort(into, at, end - begin);
    at = end;
  }
  return at;
}

const codes: ReadonlyMap<string, number> = new Map(Object.entries(typeCodes));

function writeData(into: Uint8Array, start: number, data: RecordData): number {
  let at = start;
  for (const field of data) at = writeField(into, at, field);
  return at;
}

function writeField(into: Uint8Array, at: number, field: Field): number {
  switch (field.kind) {
    case "address":
      return writeAddress(into, at, field.address);
    case "number":
      return writeShort(into, at, field.value);
    case "long":
      return writeLong(into, at, field.value);
    case "name":
      return writeName(into, at, field.name);
    case "string":
      return writeString(into, at, field.octets);
  }
}

function writeAddress(into: Uint8Array, start: number, address: Address): number {
  let at = start;
  for (const octet of known.get(address) ?? read(address)) at = writeOctet(into, at, octet);
  return at;
}

/** The octets of addresses that were written before: the names of a cluster mostly have the same one. */
const known = new Map<Address, readonly number[]>();

/** Beyond it they are all forgotten. */
const mostKnown = 1000;

function read(address: Address): readonly number[] {
  if (known.size >= mostKnown) known.clear();
  const octets = octetsOf(address);
  known.set(address, octets);
  return octets;
}

function writeName(into: Uint8Array, start: number, name: string): number {
  let at = start;
  for (const label of name === "" ? [] : name.split(".")) at = writeString(into, at, label);
  return writeOctet(into, at, 0);
}

function writeString(into: Uint8Array, start: number, octets: string): number {
  let at = writeOctet(into, start, octets.length);
  for (let index = 0; index < octets.length; index += 1) at = writeOctet(into, at, octets.charCodeAt(index));
  return at;
}

function writeLong(into: Uint8Array, at: number, value: number): number {
  return writeShort(into, writeShort(into, at, value >>> 16), value);
}

/** @returns where it ends */
export function writeShort(into: Uint8Array, at: number, value: number): number {
  into[at] = value >>> 8;
  into[at + 1] = value;
  return at + 2;
}

function writeOctet(into: Uint8Array, at: number, value: number): number {
  into[at] = value;
  return at + 1;
}
