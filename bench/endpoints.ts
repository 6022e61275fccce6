/** Names as ExternalDNS posts them: an Ingress's CNAME to itself and the TXT record that names its owner. */

export interface BenchEndpoint {
  readonly dnsName: string;
  readonly targets: readonly string[];
  readonly recordType: "CNAME" | "TXT";
  readonly labels: Readonly<Record<string, string>>;
}

/** The two endpoints of one name (endpoint/endpoint.go; registry/txt of v0.17.0 and later). */
export function endpointsOf(name: string): readonly [BenchEndpoint, BenchEndpoint] {
  const dnsName = `${name}.dtk.io`;
  const resource = `ingress/default/${name}`;
  const heritage = `"heritage=external-dns,external-dns/owner=default,external-dns/resource=${resource}"`;
  return [
    { dnsName, targets: [dnsName], recordType: "CNAME", labels: { owner: "default", resource } },
    { dnsName: `cname-${dnsName}`, targets: [heritage], recordType: "TXT", labels: { ownedRecord: dnsName } },
  ];
}

/** The endpoints of many names, two each, in no order, as ExternalDNS's come out of a map. */
export function manyEndpoints(names: number): readonly BenchEndpoint[] {
  return Array.from({ length: names }, (_, index) => endpointsOf(`app-${(index * scatter) % names}`)).flat();
}

/** A prime that divides none of the numbers of names, so that every name comes once. */
const scatter = 7919;
