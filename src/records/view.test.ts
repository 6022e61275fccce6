/** The view: every rule between a stored record and a shown name. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ClusterSettings, parseClusterIPs, parseClusterName } from "./cluster.ts";
import type { Endpoint } from "./endpoint.ts";
import { parseManagedDomain } from "./managed-domain.ts";
import { addressResolver } from "./target.ts";
import { computeView } from "./compute-view.ts";
import type { View, ViewInput } from "./view.ts";
import { type ViewRecord, toViewRecord } from "./view-record.ts";

interface Wish {
  readonly cluster?: string;
  readonly clusterIP?: string;
  readonly domains?: readonly string[];
  readonly targets?: ClusterSettings["targets"];
  readonly endpoints: readonly Endpoint[];
  /** Sequence of the first endpoint. */
  readonly from?: number;
}

function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("the test's own value is wrong");
  return value;
}

function view(wishes: readonly Wish[], options: Partial<Omit<ViewInput, "clusters">> = {}): View {
  const clusters = wishes.map(
    ({
      cluster = "default",
      clusterIP = "192.0.2.7",
      domains = ["dtk.io"],
      targets = "cluster",
      endpoints,
      from = 1,
    }) => ({
      name: must(parseClusterName(cluster)),
      settings: {
        clusterIPs: clusterIP === "" ? [] : must(parseClusterIPs(clusterIP.split(","))),
        domains: domains.map((domain) => must(parseManagedDomain(domain))),
        targets,
      },
      records: endpoints
        .map((endpoint, index) => toViewRecord(endpoint, from + index))
        .filter((record): record is ViewRecord => record !== undefined),
    }),
  );
  return computeView({ clusters, holders: new Map(), ownNames: new Set(), ...options });
}

function lines({ entries }: View): string[] {
  return entries.flatMap(({ name, addresses }) => addresses.map((address) => `${address} ${name}`));
}

function reasons({ notShown }: View): string[] {
  return notShown.map(({ name, reason }) => `${name} ${reason}`);
}

const seed: Endpoint = {
  dnsName: "foo.dtk.io",
  recordType: "CNAME",
  targets: ["foo.dtk.io"],
  labels: { resource: "ingress/default/test" },
};
function addressRecord(dnsName: string, ...targets: string[]): Endpoint {
  return { dnsName, recordType: targets[0]?.includes(":") ? "AAAA" : "A", targets };
}

describe("target mode cluster", () => {
  test("the seed's Ingress, a CNAME to itself, gets the cluster IP", () => {
    const { entries } = view([{ endpoints: [seed] }]);
    expect(entries).toEqual([
      {
        name: "foo.dtk.io",
        cluster: "default",
        addresses: ["192.0.2.7"],
        ttl: undefined,
        others: [],
        resource: "ingress/default/test",
      },
    ]);
  });

  test("A, AAAA and CNAME get it alike, once a name, sorted", () => {
    const endpoints = [
      addressRecord("b.dtk.io", "10.0.0.1", "10.0.0.2"),
      seed,
      addressRecord("A.dtk.io.", "2001:db8::1"),
      addressRecord("b.dtk.io", "2001:db8::2"),
    ];
    expect(lines(view([{ endpoints }]))).toEqual(["192.0.2.7 a.dtk.io", "192.0.2.7 b.dtk.io", "192.0.2.7 foo.dtk.io"]);
  });

  test("a dual-stack cluster IP gives both lines, IPv4 first", () => {
    expect(lines(view([{ clusterIP: "2001:db8::7,192.0.2.7", endpoints: [seed] }]))).toEqual([
      "192.0.2.7 foo.dtk.io",
      "2001:db8::7 foo.dtk.io",
    ]);
  });

  test("without a cluster IP nothing is shown, and the reason is said", () => {
    const without = view([{ clusterIP: "", endpoints: [seed] }]);
    expect(lines(without)).toEqual([]);
    expect(reasons(without)).toEqual(["foo.dtk.io no-cluster-ip"]);
  });
});

describe("target mode record", () => {
  const record = (endpoints: readonly Endpoint[], clusterIP = "192.0.2.7"): View =>
    view([{ targets: "record", clusterIP, endpoints }]);

  test.each([
    [
      "addresses as they are, families apart",
      [addressRecord("a.dtk.io", "198.51.100.9", "198.51.100.1"), addressRecord("a.dtk.io", "2001:DB8::1")],
      ["198.51.100.1 a.dtk.io", "198.51.100.9 a.dtk.io", "2001:db8::1 a.dtk.io"],
    ],
    [
      "set identifiers unite",
      [
        { ...addressRecord("a.dtk.io", "198.51.100.1"), setIdentifier: "x" },
        { ...addressRecord("a.dtk.io", "198.51.100.2"), setIdentifier: "y" },
      ],
      ["198.51.100.1 a.dtk.io", "198.51.100.2 a.dtk.io"],
    ],
    ["a CNAME to itself is the cluster IP", [seed], ["192.0.2.7 foo.dtk.io"]],
    [
      "a CNAME out of the store is the cluster IP",
      [{ ...seed, targets: ["lb.example.com"] }],
      ["192.0.2.7 foo.dtk.io"],
    ],
    [
      "a CNAME is followed inside the store, in any spelling",
      [{ ...seed, targets: ["A.dtk.io."] }, addressRecord("a.dtk.io", "198.51.100.1")],
      ["198.51.100.1 a.dtk.io", "198.51.100.1 foo.dtk.io"],
    ],
    [
      "a circle of CNAMEs ends at the cluster IP",
      [
        { ...seed, targets: ["b.dtk.io"] },
        { ...seed, dnsName: "b.dtk.io" },
      ],
      ["192.0.2.7 b.dtk.io", "192.0.2.7 foo.dtk.io"],
    ],
    [
      "two CNAMEs to one name on two ways are not a circle",
      [
        { ...seed, targets: ["b.dtk.io", "c.dtk.io"] },
        { ...seed, dnsName: "b.dtk.io", targets: ["d.dtk.io"] },
        { ...seed, dnsName: "c.dtk.io", targets: ["d.dtk.io"] },
        addressRecord("d.dtk.io", "198.51.100.1"),
      ],
      ["b", "c", "d", "foo"].map((name) => `198.51.100.1 ${name}.dtk.io`),
    ],
    [
      "an address beside unusable ones",
      [addressRecord("a.dtk.io", "0.0.0.0", "224.0.0.1", "169.254.1.1", "198.51.100.1")],
      ["198.51.100.1 a.dtk.io"],
    ],
    [
      "an address that several records name is shown once",
      [addressRecord("a.dtk.io", "198.51.100.1"), { ...seed, dnsName: "a.dtk.io", targets: ["198.51.100.1"] }],
      ["198.51.100.1 a.dtk.io"],
    ],
  ])("%s", (_, endpoints, expected) => {
    expect(lines(record(endpoints))).toEqual(expected);
  });

  test("a chain of CNAMEs is followed as far as resolvers would, and one without end costs no more", () => {
    const chain = (length: number): Endpoint[] =>
      Array.from({ length }, (_, index) => ({
        ...seed,
        dnsName: `n${index}.dtk.io`,
        targets: [index === length - 1 ? "198.51.100.1" : `n${index + 1}.dtk.io`],
      }));
    expect(lines(record(chain(16)))).toContain("198.51.100.1 n0.dtk.io");
    expect(lines(record(chain(20_000)))).toContain("192.0.2.7 n0.dtk.io");
  });

  test("only unusable addresses: not shown, and the reason is said", () => {
    expect(reasons(record([addressRecord("a.dtk.io", "0.0.0.0")]))).toEqual(["a.dtk.io no-usable-address"]);
    expect(reasons(record([{ ...addressRecord("a.dtk.io"), targets: null }]))).toEqual(["a.dtk.io no-usable-address"]);
    // A cluster IP would not help, so it must not be asked for.
    expect(reasons(record([addressRecord("a.dtk.io", "fe80::1")], ""))).toEqual(["a.dtk.io no-usable-address"]);
  });

  test("addresses need no cluster IP, a CNAME to itself does", () => {
    const without = record([addressRecord("a.dtk.io", "198.51.100.1"), seed], "");
    expect(lines(without)).toEqual(["198.51.100.1 a.dtk.io"]);
    expect(reasons(without)).toEqual(["foo.dtk.io no-cluster-ip"]);
  });
});

describe("what cannot be shown", () => {
  test.each([
    [`${"a".repeat(64)}.dtk.io`, "A", "not-a-host-name"],
    ["a b.dtk.io", "A", "not-a-host-name"],
    ["ü!.dtk.io", "A", "not-a-host-name"],
    ["evildtk.io", "A", "not-managed"],
    ["evildtk.io", "MX", "not-managed"],
  ])("%s %s: %s", (dnsName, recordType, reason) => {
    const shown = view([{ endpoints: [{ dnsName, recordType, targets: ["192.0.2.1"] }, seed] }]);
    expect(reasons(shown)).toEqual([`${dnsName} ${reason}`]);
    expect(lines(shown)).toEqual(["192.0.2.7 foo.dtk.io"]);
  });

  test("this machine's own names", () => {
    const endpoints = [addressRecord("localhost", "192.0.2.1"), addressRecord("desktop.lan", "192.0.2.1")];
    const shown = view([{ domains: ["localhost", "lan"], endpoints }], { ownNames: new Set(["desktop.lan"]) });
    expect(reasons(shown)).toEqual(["localhost own-name", "desktop.lan own-name"]);
  });

  test("ownership records are not reported", () => {
    const text: Endpoint = { dnsName: "cname-foo.dtk.io", recordType: "TXT", targets: ['"heritage=external-dns"'] };
    const labelled: Endpoint = { ...text, targets: ['"c2VjcmV0"'], labels: { ownedRecord: "foo.dtk.io" } };
    expect(view([{ endpoints: [text, labelled] }])).toMatchObject({ entries: [], notShown: [] });
  });
});

describe("names that a hosts file could not hold", () => {
  test.each([
    ["*.dtk.io", "*.dtk.io"],
    ["_sip._tcp.dtk.io", "_sip._tcp.dtk.io"],
    ["-a.dtk.io", "-a.dtk.io"],
    ["*.Bücher.dtk.io.", "*.xn--bcher-kva.dtk.io"],
  ])("%s is shown as %s", (dnsName, expected) => {
    expect(lines(view([{ endpoints: [addressRecord(dnsName, "10.0.0.1")] }]))).toEqual([`192.0.2.7 ${expected}`]);
  });

  test("two spellings of one name are one name", () => {
    const endpoints = [addressRecord("bücher.dtk.io", "10.0.0.1"), addressRecord("xn--bcher-kva.dtk.io", "10.0.0.2")];
    expect(lines(view([{ targets: "record", endpoints }]))).toEqual([
      "10.0.0.1 xn--bcher-kva.dtk.io",
      "10.0.0.2 xn--bcher-kva.dtk.io",
    ]);
  });
});

describe("records beside addresses", () => {
  const text = (...targets: string[]): Endpoint => ({ dnsName: "foo.dtk.io", recordType: "TXT", targets });

  test("come with the name: types in order, set identifiers united, the least TTL of a set", () => {
    const mail: Endpoint = { dnsName: "foo.dtk.io", recordType: "MX", targets: ["10 mail.dtk.io"], recordTTL: 60 };
    const others = [
      { ...text("a", "b"), recordTTL: 300, setIdentifier: "x" },
      { ...text("b", "c"), recordTTL: 30 },
    ];
    expect(view([{ endpoints: [...others, mail, { ...seed, recordTTL: 5 }] }]).entries).toEqual([
      {
        name: "foo.dtk.io",
        cluster: "default",
        addresses: ["192.0.2.7"],
        ttl: 5,
        others: [
          { type: "MX", targets: ["10 mail.dtk.io"], ttl: 60 },
          { type: "TXT", targets: ["a", "b", "c"], ttl: 30 },
        ],
        resource: "ingress/default/test",
      },
    ]);
  });

  test("need neither an address nor a cluster IP", () => {
    const without = view([{ clusterIP: "", endpoints: [text("a"), seed] }]);
    expect(without.entries).toMatchObject([{ name: "foo.dtk.io", addresses: [], others: [{ type: "TXT" }] }]);
    expect(reasons(without)).toEqual(["foo.dtk.io no-cluster-ip"]);
  });

  test("are nothing that a CNAME leads to", () => {
    const led: Endpoint = { ...seed, targets: ["txt.dtk.io"] };
    const target: Endpoint = { ...text("a"), dnsName: "txt.dtk.io" };
    expect(lines(view([{ targets: "record", endpoints: [led, target] }]))).toEqual(["192.0.2.7 foo.dtk.io"]);
  });

  test("do not keep a name from a cluster that has addresses for it", () => {
    const first: Wish = { cluster: "kind-a", endpoints: [text("a")], from: 1 };
    const second: Wish = { cluster: "kind-b", endpoints: [seed], from: 9 };
    const { entries, notShown, holders } = view([first, second]);
    expect(entries).toMatchObject([{ cluster: "kind-b", others: [] }]);
    expect(notShown).toMatchObject([{ cluster: "kind-a", type: "TXT", reason: "taken-by-other-cluster" }]);
    expect(view([first, second], { holders }).entries).toEqual(entries);
    expect(view([first, { ...second, endpoints: [text("b")] }], { holders }).entries).toMatchObject([
      { cluster: "kind-b" },
    ]);
  });
});

describe("several clusters that want one name", () => {
  const a: Wish = { cluster: "kind-a", clusterIP: "192.0.2.10", endpoints: [seed], from: 5 };
  const b: Wish = { cluster: "kind-b", clusterIP: "2001:db8::b", endpoints: [seed], from: 2 };

  test("who wanted it first has it, never one family each; the other is reported", () => {
    const shown = view([a, b]);
    expect(lines(shown)).toEqual(["2001:db8::b foo.dtk.io"]);
    expect(shown.notShown).toMatchObject([{ cluster: "kind-a", reason: "taken-by-other-cluster", holder: "kind-b" }]);
  });

  test("for the same resource and at the same address are one cluster under two names, and none is kept from it", () => {
    const twin: Wish = { ...a, cluster: "default", from: 1 };
    const { entries, notShown, holders } = view([twin, a]);
    expect([entries.length, notShown, holders.size]).toEqual([1, [], 0]);
    expect(lines(view([a]))).toEqual(lines(view([twin, a])));
    const otherResource = { ...seed, labels: { resource: "ingress/default/other" } };
    expect(view([twin, { ...a, endpoints: [otherResource] }]).notShown).toHaveLength(1);
    expect(view([twin, { ...a, endpoints: [{ ...seed, labels: {} }] }]).notShown).toHaveLength(1);
    const rival = view([twin, a, b]);
    expect(rival.notShown).toMatchObject([{ cluster: "kind-b", holder: "default" }]);
  });

  test("who had it keeps it, whatever is older", () => {
    const { holders } = view([a, { ...b, from: 9 }]);
    expect(lines(view([b, a], { holders }))).toEqual(["192.0.2.10 foo.dtk.io"]);
  });

  test("once the holder lets go, the other gets it", () => {
    const { holders } = view([a, b]);
    expect(lines(view([a, { ...b, endpoints: [] }], { holders }))).toEqual(["192.0.2.10 foo.dtk.io"]);
  });

  test("a cluster that cannot show the name does not compete for it", () => {
    expect(lines(view([a, { ...b, clusterIP: "" }]))).toEqual(["192.0.2.10 foo.dtk.io"]);
    expect(lines(view([a, { ...b, domains: ["other.io"] }]))).toEqual(["192.0.2.10 foo.dtk.io"]);
  });

  test("the order in which clusters are given does not matter", () => {
    expect(view([b, a]).entries).toEqual(view([a, b]).entries);
  });
});

describe("costs no more than what is stored", () => {
  test("when many names lead to one with many targets: each target is read once", () => {
    const costOf = (size: number): number => {
      const targets = Array.from({ length: size }, (_, index) => `10.0.0.${index & 127}`);
      const counted = countReads(targets);
      const leading = Array.from({ length: 200 }, (_, index) => ({
        ...seed,
        dnsName: `n${index}.dtk.io`,
        targets: ["big.dtk.io"],
      }));
      const shown = view([
        { targets: "record", endpoints: [{ ...addressRecord("big.dtk.io"), targets: counted.list }, ...leading] },
      ]);
      const [first, ...others] = shown.entries;
      expect(others).toHaveLength(200);
      // The very list, since two hundred copies of it would be two hundred times what is stored.
      expect(others.filter(({ addresses }) => addresses !== first?.addresses)).toEqual([]);
      return counted.reads();
    };
    expect([costOf(100), costOf(5000)]).toEqual([100, 5000]);
  });

  test("when names lead to each other in every way: each is looked up a bounded number of times", () => {
    const lookups = (size: number): number => {
      let count = 0;
      const names = Array.from({ length: size }, (_, index) => `n${index}`);
      const records = new Map(
        names.map((name, index) => [
          name,
          [{ targets: [names[(index * 7 + 1) % size] ?? "", names[(index * 3 + 2) % size] ?? ""] }],
        ]),
      );
      const resolve = addressResolver(
        { clusterIPs: must(parseClusterIPs(["192.0.2.7"])), domains: [], targets: "record" },
        (name) => (count++, records.get(name)),
      );
      for (const [name, its] of records) expect(resolve(name, its)).toEqual(["192.0.2.7"]);
      return count;
    };
    // A factor of ten in size, and not of a hundred in cost.
    expect(lookups(1000)).toBeLessThan(15 * lookups(100));
  });

  test("when a contested name has more set identifiers than a function takes arguments", () => {
    const costOf = (size: number): number => {
      let reads = 0;
      const records = Array.from({ length: size }, (_, index) => {
        const record = must(toViewRecord({ ...seed, setIdentifier: `${index}` }, 0));
        return Object.defineProperty({ ...record }, "sequence", { get: () => (reads++, index + 1) });
      });
      const [settings, other] = [settingsOf("192.0.2.1"), settingsOf("192.0.2.2")];
      const clusters = [
        { name: must(parseClusterName("kind-a")), settings, records },
        { name: must(parseClusterName("kind-b")), settings: other, records: [must(toViewRecord(seed, 0))] },
      ];
      const shown = computeView({ clusters, holders: new Map(), ownNames: new Set() });
      expect(lines(shown)).toEqual(["192.0.2.2 foo.dtk.io"]);
      return reads;
    };
    expect([costOf(10), costOf(200_000)]).toEqual([10, 200_000]);
  });
});

/** A list that counts how often one of its items is read. */
function countReads(items: readonly string[]): { readonly list: readonly string[]; readonly reads: () => number } {
  let reads = 0;
  const list = new Proxy(items, {
    get: (target, key) => {
      if (typeof key === "string" && /^[0-9]+$/.test(key)) reads++;
      return Reflect.get(target, key) as unknown;
    },
  });
  return { list, reads: () => reads };
}

function settingsOf(clusterIP: string): ClusterSettings {
  return {
    clusterIPs: must(parseClusterIPs([clusterIP])),
    domains: [must(parseManagedDomain("dtk.io"))],
    targets: "cluster",
  };
}

test("no record, whatever it holds, yields more than managed names in one spelling, each once, in order", () => {
  const text = fc.oneof(
    fc.domain(),
    fc.string({ unit: "binary" }),
    fc.constantFrom("dtk.io", "*.dtk.io", "a.dtk.io", "b.dtk.io\n1.2.3.4 evil"),
  );
  const endpoint = fc.record({
    dnsName: fc.oneof(
      text,
      text.map((prefix) => `${prefix}.dtk.io`),
    ),
    recordType: fc.constantFrom("A", "AAAA", "CNAME", "TXT", "MX"),
    targets: fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), text), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(
      fc.array(endpoint, { maxLength: 6 }),
      fc.constantFrom<ClusterSettings["targets"]>("cluster", "record"),
      (endpoints, targets) => {
        const shown = view([{ targets, endpoints }]);
        for (const line of lines(shown)) expect(line).toMatch(/^[0-9a-f.:]+ (?:[\x21-\x7e]+\.)?dtk\.io$/);
        for (const { name } of shown.entries) expect(name).toBe(name.toLowerCase());
        expect(new Set(shown.entries.map(({ name }) => name)).size).toBe(shown.entries.length);
        expect(shown.entries.map(({ name }) => name)).toEqual(shown.entries.map(({ name }) => name).toSorted());
      },
    ),
  );
});
