/** Types of records by which they are counted: callers must not be able to make as many kinds as they like. */

/** Those of ExternalDNS (endpoint/endpoint.go), and others that DNS servers commonly hold. */
const known: ReadonlySet<string> = new Set(
  "A AAAA CNAME TXT SRV NS PTR MX NAPTR CAA DNAME DS HTTPS LOC SOA SSHFP SVCB TLSA URI".split(" "),
);

/** What the rest is counted as. */
const otherTypes = "other";

/** Puts what is counted by type under known types. */
export function countKnownTypes(counts: Iterable<readonly [type: string, count: number]>): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [type, count] of counts) {
    const name = known.has(type) ? type : otherTypes;
    sums.set(name, (sums.get(name) ?? 0) + count);
  }
  return sums;
}
