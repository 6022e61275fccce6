/** What a record says, in the parts that DNS has for it: read from the text of a source, and checked, so that it can be encoded. */
import { type Address, familyOf } from "./address.ts";
import { type ALabelName, parseDNSName, toALabels } from "./name.ts";
import type { RecordSet } from "./view.ts";

/** A part of a record's data. */
export type Field =
  | { readonly kind: "address"; readonly address: Address }
  /** An unsigned integer of 16 bits. */
  | { readonly kind: "number"; readonly value: number }
  /** An unsigned integer of 32 bits. */
  | { readonly kind: "long"; readonly value: number }
  /** A domain name; empty for the root. */
  | { readonly kind: "name"; readonly name: ALabelName | "" }
  /** A character string (RFC 1035 section 3.3): at most 255 octets, one for each character. */
  | { readonly kind: "string"; readonly octets: string };

/** The data of one record, in the order in which DNS writes it. */
export type RecordData = readonly Field[];

/** What of a set of records can be served. */
interface ReadableSet {
  /** Each once. */
  readonly records: readonly RecordData[];
  /** The targets that are not data of this type. */
  readonly unreadable: readonly string[];
}

type Read = (text: string) => RecordData | undefined;

/** How the target of a record is read, by type (RFC 1035 section 3.3, RFC 2782, RFC 3403 section 4.1). */
const readers: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["MX", fieldsOf(number, name)],
  ["NAPTR", fieldsOf(number, number, string, string, string, name)],
  ["PTR", fieldsOf(name)],
  ["SRV", fieldsOf(number, number, number, name)],
  ["TXT", readText],
]);

/**
 * Reads a set of records.
 *
 * @returns undefined for a type that is not served
 */
export function readRecordSet({ type, targets }: Pick<RecordSet, "type" | "targets">): ReadableSet | undefined {
  const read = readers.get(type);
  if (read === undefined) return undefined;
  const records = new Map<string, RecordData>();
  const unreadable: string[] = [];
  for (const target of targets) {
    const data = read(target);
    if (data === undefined) unreadable.push(target);
    else records.set(JSON.stringify(data), data);
  }
  return { records: [...records.values()], unreadable };
}

/** Octets of a record's data on the wire, names in full. */
export function dataLength(data: RecordData): number {
  return data.reduce((length, field) => length + fieldLength(field), 0);
}

function fieldLength(field: Field): number {
  switch (field.kind) {
    case "address":
      return familyOf(field.address) === "IPv4" ? 4 : 16;
    case "number":
      return 2;
    case "long":
      return 4;
    case "name":
      return field.name === "" ? 1 : field.name.length + 2;
    case "string":
      return 1 + field.octets.length;
  }
}

/** A word of the text, and whether it stood in quotes. */
interface Token {
  readonly octets: string;
  readonly isQuoted: boolean;
}

type ReadField = (token: Token) => Field | undefined;

function fieldsOf(...fields: readonly ReadField[]): Read {
  return (text) => {
    const tokens = tokenize(octetsOf(text));
    if (tokens?.length !== fields.length) return undefined;
    const data = tokens.map((token, index) => fields[index]?.(token));
    return data.every((field) => field !== undefined) ? data : undefined;
  };
}

function number({ octets, isQuoted }: Token): Field | undefined {
  const value = !isQuoted && /^\d{1,5}$/.test(octets) ? Number(octets) : Number.NaN;
  return value <= 0xffff ? { kind: "number", value } : undefined;
}

function name({ octets, isQuoted }: Token): Field | undefined {
  if (isQuoted) return undefined;
  if (octets === ".") return { kind: "name", name: "" };
  const dnsName = parseDNSName(octets);
  const spelled = dnsName && toALabels(dnsName);
  return spelled === undefined || /[^\x21-\x7e]/.test(octets) ? undefined : { kind: "name", name: spelled };
}

function string({ octets }: Token): Field | undefined {
  return octets.length <= maxString ? { kind: "string", octets } : undefined;
}

/** Octets of a character string. */
const maxString = 255;

/**
 * Text as it was sent, or in quotes as in a zone file. Sources send either; what begins with a quote and is not well
 * formed is text as it was sent.
 */
function readText(text: string): RecordData {
  const octets = octetsOf(text);
  const tokens = octets.startsWith('"') ? tokenize(octets) : undefined;
  const isZoneText = tokens?.every(({ isQuoted }) => isQuoted) === true;
  return (isZoneText ? tokens.map((token) => token.octets) : [octets]).flatMap(cutText);
}

function cutText(octets: string): readonly Field[] {
  const fields: Field[] = [];
  for (let start = 0; start === 0 || start < octets.length; start += maxString)
    fields.push({ kind: "string", octets: octets.slice(start, start + maxString) });
  return fields;
}

/** Words with blanks between them, some of them in quotes (RFC 1035 section 5.1); undefined for open quotes. */
function tokenize(octets: string): readonly Token[] | undefined {
  if (!/^\s*(?:(?:"(?:[^"\\]|\\.)*"|[^\s"]+)(?:\s+|$))*$/s.test(octets)) return undefined;
  return [...octets.matchAll(/"((?:[^"\\]|\\.)*)"|[^\s"]+/gs)].map(([word, quoted]) =>
    quoted === undefined ? { octets: word, isQuoted: false } : { octets: unescape(quoted), isQuoted: true },
  );
}

function unescape(quoted: string): string {
  return quoted.replaceAll(/\\(?:(25[0-5]|2[0-4]\d|[01]\d\d)|(.))/gs, (_, code?: string, character = "") =>
    code === undefined ? String(character) : String.fromCharCode(Number(code)),
  );
}

/** A character for each octet of the text in UTF-8. */
function octetsOf(text: string): string {
  if (!/[^\x00-\x7f]/.test(text)) return text;
  return Array.from(new TextEncoder().encode(text), (octet) => String.fromCharCode(octet)).join("");
}
