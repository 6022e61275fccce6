/** Numbers of the DNS protocol that have a name (IANA, Domain Name System Parameters). */

/** Response codes (RFC 1035 section 4.1.1, RFC 6891 section 9). */
export const rcodes = {
  noError: 0,
  formatError: 1,
  nameError: 3,
  notImplemented: 4,
  refused: 5,
  badVersion: 16,
} as const;

/** What a response code is called, for people and metrics. */
export const rcodeNames: ReadonlyMap<number, string> = new Map([
  [rcodes.noError, "NOERROR"],
  [rcodes.formatError, "FORMERR"],
  [rcodes.nameError, "NXDOMAIN"],
  [rcodes.notImplemented, "NOTIMP"],
  [rcodes.refused, "REFUSED"],
  [rcodes.badVersion, "BADVERS"],
]);

/** Types of records that are served, and of questions that have a rule of their own. */
export const typeCodes = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  OPT: 41,
  HTTPS: 65,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
} as const;

const typeNames: ReadonlyMap<number, string> = new Map(Object.entries(typeCodes).map(([name, code]) => [code, name]));

/** The name of a type; `other` for what is seldom asked, so that callers cannot make as many kinds as they like. */
export function typeName(code: number): string {
  return typeNames.get(code) ?? "other";
}

/** The class of the Internet. */
export const internetClass = 1;

/** Octets of a header (RFC 1035 section 4.1.1). */
export const headerLength = 12;

/** Octets of an OPT record without options (RFC 6891 section 6.1.2). */
export const optLength = 11;

/** Octets of a UDP answer that every network carries, which is what we advertise and the most that we send (dnsflagday.net/2020). */
export const udpLimit = 1232;

/** Octets of a UDP answer to an asker that says nothing of more (RFC 1035 section 4.2.1). */
export const plainUDPLimit = 512;

/** Octets of an answer over TCP (RFC 1035 section 4.2.2). */
export const tcpLimit = 65_535;
