/** Bodies that ExternalDNS posts, by version, as its own structures write them; each says from which file of that version its shape is. */

interface Exchange {
  readonly title: string;
  /** Body of `POST /adjustendpoints`. */
  readonly adjust: string;
  /** Body of `POST /records`. */
  readonly change: string;
  /** Names and types that are stored afterwards. */
  readonly stored: readonly string[];
}

/** The TXT registry's value (registry/txt.go, later registry/txt/registry.go): the quotes belong to it. */
function heritage(resource: string): string {
  return `"heritage=external-dns,external-dns/owner=default,external-dns/resource=${resource}"`;
}

function line(value: unknown): string {
  // Go's encoder ends the body with a newline and escapes what could matter in HTML (encoding/json).
  return `${JSON.stringify(value).replaceAll("<", "\\u003c").replaceAll(">", "\\u003e").replaceAll("&", "\\u0026")}\n`;
}

const resource = "ingress/default/test";
const foo = { dnsName: "foo.dtk.io", targets: ["foo.dtk.io"], recordType: "CNAME", labels: { resource } };
const fooOwned = { ...foo, labels: { owner: "default", resource } };

function ownership(dnsName: string, ownedRecord: string): object {
  return { dnsName, targets: [heritage(resource)], recordType: "TXT", labels: { ownedRecord } };
}

const label63 = "a".repeat(63);
const longName = `${label63}.dtk.io`;
const long = { ...fooOwned, dnsName: longName, targets: [longName] };
const apex = { ...fooOwned, dnsName: "dtk.io", targets: ["foo.dtk.io"] };

export const exchanges: readonly Exchange[] = [
  {
    title:
      "v0.14.2: capitalised keys without omitempty, so null lists; two TXT a record (plan/plan.go Changes, registry/txt.go)",
    adjust: line([foo]),
    change: line({
      Create: [fooOwned, ownership("foo.dtk.io", "foo.dtk.io"), ownership("cname-foo.dtk.io", "foo.dtk.io")],
      UpdateOld: null,
      UpdateNew: null,
      Delete: null,
    }),
    stored: ["foo.dtk.io CNAME", "foo.dtk.io TXT", "cname-foo.dtk.io TXT"],
  },
  {
    title: "v0.16.1: capitalised keys with empty lists (plan/plan.go Changes)",
    adjust: line([foo]),
    change: line({
      Create: [fooOwned, ownership("foo.dtk.io", "foo.dtk.io"), ownership("cname-foo.dtk.io", "foo.dtk.io")],
      UpdateOld: [],
      UpdateNew: [],
      Delete: [],
    }),
    stored: ["foo.dtk.io CNAME", "foo.dtk.io TXT", "cname-foo.dtk.io TXT"],
  },
  {
    title: "v0.17.0: camelCase keys, empty lists left out (plan/plan.go Changes)",
    adjust: line([foo]),
    change: line({ create: [fooOwned, ownership("cname-foo.dtk.io", "foo.dtk.io")] }),
    stored: ["foo.dtk.io CNAME", "cname-foo.dtk.io TXT"],
  },
  {
    title: "v0.19.0: one TXT a record (plan/plan.go Changes, registry/txt.go)",
    adjust: line([foo]),
    change: line({ create: [ownership("cname-foo.dtk.io", "foo.dtk.io"), fooOwned] }),
    stored: ["cname-foo.dtk.io TXT", "foo.dtk.io CNAME"],
  },
  {
    title: "the apex, whose TXT lies outside the domain (registry/mapper/mapper.go)",
    adjust: line([{ ...apex, labels: { resource } }]),
    change: line({ create: [apex, ownership("cname-dtk.io", "dtk.io")] }),
    stored: ["dtk.io CNAME", "cname-dtk.io TXT"],
  },
  {
    title: "a label of 63 octets, whose TXT has a longer one",
    adjust: line([{ ...long, labels: { resource } }]),
    change: line({ create: [long, ownership(`cname-${longName}`, longName)] }),
    stored: [`${longName} CNAME`, `cname-${longName} TXT`],
  },
  {
    title:
      "TTL, set identifier, another vendor's provider-specific values and a label of theirs (v0.20 and before pass all)",
    adjust: line([
      {
        ...foo,
        recordTTL: 300,
        setIdentifier: "blue",
        providerSpecific: [{ name: "external-dns.alpha.kubernetes.io/cloudflare-proxied", value: "true <&>" }],
      },
    ]),
    change: line({
      create: [
        {
          ...fooOwned,
          recordTTL: 300,
          setIdentifier: "blue",
          providerSpecific: [{ name: "external-dns.alpha.kubernetes.io/cloudflare-proxied", value: "true <&>" }],
        },
      ],
    }),
    stored: ["foo.dtk.io CNAME"],
  },
  {
    title: "a wildcard, several targets, upper case, and a field that no version has yet",
    adjust: line([
      { dnsName: "*.dtk.io", targets: ["192.0.2.1", "192.0.2.2"], recordType: "A" },
      { dnsName: "Bar.DTK.io", targets: ["2001:DB8::1"], recordType: "AAAA", fromTheFuture: { deep: [1, null] } },
    ]),
    change: line({
      create: [
        { dnsName: "*.dtk.io", targets: ["192.0.2.1", "192.0.2.2"], recordType: "A" },
        { dnsName: "Bar.DTK.io", targets: ["2001:DB8::1"], recordType: "AAAA", fromTheFuture: { deep: [1, null] } },
      ],
    }),
    stored: ["*.dtk.io A", "Bar.DTK.io AAAA"],
  },
];
