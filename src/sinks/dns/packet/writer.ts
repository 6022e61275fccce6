/** Writes records as DNS packets have them (RFC 1035 section 4.1). */
import { octetsOf } from "../../../records/address.ts";
import { type Field, type RecordData, dataLength } from "../../../records/record-data.ts";
import { type ServedSet, fixedLength, recordTTL } from "../../../records/zone-records.ts";
import { internetClass, typeCodes } from "./protocol.ts";

/**
 * Writes the records of a set.
 *
 * @param owner - where in the packet their name is written already
 */
export function writeSet({ type, records }: ServedSet, owner: number): Uint8Array {
  const lengths = records.map(dataLength);
  const total = lengths.reduce((sum, length) => sum + 2 + fixedLength + length, 0);
  const writer = new Writer(new Uint8Array(total));
  for (const [index, data] of records.entries()) {
    writer.short(0xc000 | owner);
    writer.short(codeOf(type));
    writer.short(internetClass);
    writer.long(recordTTL);
    writer.short(lengths[index] ?? 0);
    writer.data(data);
  }
  return writer.bytes;
}

function codeOf(type: string): number {
  return Object.hasOwn(typeCodes, type) ? typeCodes[type as keyof typeof typeCodes] : 0;
}

class Writer {
  readonly bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  data(data: RecordData): void {
    for (const field of data) this.#field(field);
  }

  short(value: number): void {
    this.#octet(value >>> 8);
    this.#octet(value);
  }

  long(value: number): void {
    this.short(value >>> 16);
    this.short(value);
  }

  #octet(value: number): void {
    this.bytes[this.#at] = value;
    this.#at += 1;
  }

  #field(field: Field): void {
    switch (field.kind) {
      case "address":
        for (const octet of octetsOf(field.address)) this.#octet(octet);
        break;
      case "number":
        this.short(field.value);
        break;
      case "long":
        this.long(field.value);
        break;
      case "name":
        for (const label of field.name === "" ? [] : field.name.split(".")) this.#string(label);
        this.#octet(0);
        break;
      case "string":
        this.#string(field.octets);
        break;
    }
  }

  #string(octets: string): void {
    this.#octet(octets.length);
    for (let index = 0; index < octets.length; index += 1) this.#octet(octets.charCodeAt(index));
  }
}
