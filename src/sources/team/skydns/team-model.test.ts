/** SkyDNS keys and values become names, and nothing that a store holds can name or lead to what the user did not agree to. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isLoopback } from "../../../records/address.ts";
import { computeView } from "../../../records/compute-view.ts";
import { parseManagedDomain } from "../../../records/managed-domain.ts";
import { finish } from "../../../base/steps.ts";
import { type RowChange, type TeamConsent, privateNetworks, toViewCluster } from "../../../records/team.ts";
import { parseTeamName } from "../../../records/team-name.ts";
import { renderHostsFile } from "../../../sinks/hosts-file/document/document.ts";
import { selectHostEntries } from "../../../sinks/hosts-file/document/selection.ts";
import { type KeyChange, TeamModel } from "./team-model.ts";

function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("the test's own value is wrong");
  return value;
}

const domain = must(parseManagedDomain("dev.example.com"));
const team = must(parseTeamName("dev"));
const consent: TeamConsent = { domains: [domain], networks: privateNetworks, mostNames: 100 };
const prefix = "/skydns/com/example/dev/";

function makeModel(changed: Partial<TeamConsent> = {}): TeamModel {
  return new TeamModel({ ...consent, ...changed, path: "/skydns" });
}

function put(key: string, value: unknown): KeyChange {
  return { key: prefix + key, value: typeof value === "string" ? value : JSON.stringify(value) };
}

function gone(key: string): KeyChange {
  return { key: prefix + key, value: undefined };
}

function apply(model: TeamModel, ...changes: KeyChange[]): RowChange {
  return finish(model.applyInSteps(changes));
}

/** Each name with its addresses and texts, and why something is not shown. */
function said({ put: rows, remove }: RowChange): Record<string, string> {
  const shown = rows.map(({ entry }) => {
    const texts = entry.others.flatMap(({ targets }) => targets);
    return [entry.name, [...entry.addresses, ...texts, ...entry.refused].join(" ")];
  });
  return Object.fromEntries([...shown, ...remove.map((name) => [name, "gone"])]);
}

describe("what ExternalDNS writes", () => {
  const a = put("foo/1a2b3c4d", { host: "10.0.0.1", ttl: 30, targetstrip: 1 });
  const aaaa = put("foo/5e6f7a8b", { host: "fd00::1", targetstrip: 1 });
  const ownership = put("a-foo/48d46f01", { text: '"heritage=external-dns,external-dns/owner=x"', targetstrip: 1 });

  test("one key a target, in a name without the last label", () => {
    const change = apply(makeModel(), a, aaaa);
    expect(said(change)).toEqual({ "foo.dev.example.com": "10.0.0.1 fd00::1" });
    expect(change.put[0]?.entry.ttl).toBe(30);
    expect(change.put[0]?.keys).toHaveLength(2);
  });

  test("its own records are nobody's names, and take no room", () => {
    const change = apply(makeModel({ mostNames: 1 }), ownership, a);
    expect(said(change)).toEqual({ "a-foo.dev.example.com": "", "foo.dev.example.com": "10.0.0.1" });
  });

  test("an alias leads where its name does, and follows it", () => {
    const model = makeModel();
    apply(model, a);
    expect(said(apply(model, put("bar/1", { host: "foo.dev.example.com", targetstrip: 1 })))).toEqual({
      "bar.dev.example.com": "10.0.0.1",
    });
    expect(said(apply(model, put("foo/1a2b3c4d", { host: "10.0.0.9", targetstrip: 1 })))).toEqual({
      "foo.dev.example.com": "10.0.0.9",
      "bar.dev.example.com": "10.0.0.9",
    });
    expect(said(apply(model, gone("foo/1a2b3c4d")))).toEqual({
      "foo.dev.example.com": "gone",
      "bar.dev.example.com": "",
    });
  });

  test("aliases in a circle, and a name that is its own alias, lead nowhere and end", () => {
    const circle = [
      put("x/1", { host: "y.dev.example.com", targetstrip: 1 }),
      put("y/1", { host: "x.dev.example.com", targetstrip: 1 }),
    ];
    const self = put("me/1", { host: "me.dev.example.com", group: "me.dev.example.com", targetstrip: 1 });
    expect(said(apply(makeModel(), ...circle, self))).toEqual({
      "x.dev.example.com": "",
      "y.dev.example.com": "",
      "me.dev.example.com": "",
    });
  });
});

describe("other layouts", () => {
  test("a key without targetstrip is the name itself, and is hidden by what lies below it", () => {
    const model = makeModel();
    expect(said(apply(model, put("foo", { host: "10.0.0.1" })))).toEqual({ "foo.dev.example.com": "10.0.0.1" });
    expect(said(apply(model, put("foo/x", { host: "10.0.0.2", targetstrip: 1 })))).toEqual({
      "foo.dev.example.com": "10.0.0.2",
    });
  });

  test("a text is a TXT record", () => {
    expect(said(apply(makeModel(), put("note/1", { text: "hello", targetstrip: 1 })))).toEqual({
      "note.dev.example.com": "hello",
    });
  });
});

describe("what a team may not say", () => {
  test.each([
    [
      "a name above its domain, by stripping more",
      "foo/x",
      { host: "10.0.0.1", targetstrip: 3 },
      "example.com",
      "team-outside-domains",
    ],
    ["a wildcard", "*/x", { host: "10.0.0.1", targetstrip: 1 }, "*.dev.example.com", "team-name-refused"],
    [
      "an address of the Internet",
      "foo/x",
      { host: "93.184.216.34", targetstrip: 1 },
      "foo.dev.example.com",
      "team-outside-networks",
    ],
    ["loopback", "foo/x", { host: "127.0.0.1", targetstrip: 1 }, "foo.dev.example.com", "team-outside-networks"],
    ["loopback as IPv6", "foo/x", { host: "::1", targetstrip: 1 }, "foo.dev.example.com", "team-outside-networks"],
    [
      "loopback within IPv6",
      "foo/x",
      { host: "::ffff:127.0.0.1", targetstrip: 1 },
      "foo.dev.example.com",
      "team-outside-networks",
    ],
    [
      "an alias of somebody else's name",
      "foo/x",
      { host: "www.example.org", targetstrip: 1 },
      "foo.dev.example.com",
      "team-alias-outside",
    ],
    ["what is not JSON", "foo/x", "{", "x.foo.dev.example.com", "team-broken-value"],
    ["a list", "foo/x", "[]", "x.foo.dev.example.com", "team-broken-value"],
    ["a host that is no text", "foo/x", { host: 7 }, "x.foo.dev.example.com", "team-broken-value"],
    [
      "stripping everything",
      "foo/x",
      { host: "10.0.0.1", targetstrip: 5 },
      "x.foo.dev.example.com",
      "team-broken-value",
    ],
    [
      "stripping less than nothing",
      "foo/x",
      { host: "10.0.0.1", targetstrip: -1 },
      "x.foo.dev.example.com",
      "team-broken-value",
    ],
  ])("%s", (_, key, value, name, reason) => {
    expect(said(apply(makeModel(), put(key, value)))).toEqual({ [name]: reason });
  });

  test("loopback stays refused where every network is allowed", () => {
    const model = makeModel({ networks: ["0.0.0.0/0", "::/0"] });
    const change = apply(
      model,
      put("a/1", { host: "127.0.0.1", targetstrip: 1 }),
      put("b/1", { host: "8.8.8.8", targetstrip: 1 }),
    );
    expect(said(change)).toEqual({ "a.dev.example.com": "team-outside-networks", "b.dev.example.com": "8.8.8.8" });
  });

  test("a public suffix within its domain", () => {
    const model = new TeamModel({ ...consent, domains: [must(parseManagedDomain("amazonaws.com"))], path: "/skydns" });
    const change = finish(
      model.applyInSteps([{ key: "/skydns/com/amazonaws/s3/1", value: '{"host":"10.0.0.1","targetstrip":1}' }]),
    );
    expect(said(change)).toEqual({ "s3.amazonaws.com": "team-name-refused" });
  });

  test.each(["Foo/x", "a.b/x", "foo//x", "fo o/x", "foo\n10.0.0.1 evil/x", `${"a".repeat(64)}/x`])(
    "a key that no question can ask for: %j",
    (key) => {
      const model = makeModel();
      expect(said(apply(model, put(key, { host: "10.0.0.1", targetstrip: 1 })))).toEqual({});
      expect(model.leftOut).toBe(1);
    },
  );

  test("one broken value keeps nothing else from being shown", () => {
    const change = apply(makeModel(), put("foo", "rubbish"), put("foo/x", { host: "10.0.0.1", targetstrip: 1 }));
    expect(said(change)).toEqual({ "foo.dev.example.com": "10.0.0.1 team-broken-value" });
  });
});

describe("the limit of names", () => {
  const three = ["a", "b", "c"].map((name) => put(`${name}/1`, { host: "10.0.0.1", targetstrip: 1 }));

  test("names beyond it wait, and come when others go", () => {
    const model = makeModel({ mostNames: 2 });
    expect(said(apply(model, ...three))).toEqual({
      "a.dev.example.com": "10.0.0.1",
      "b.dev.example.com": "10.0.0.1",
      "c.dev.example.com": "team-full",
    });
    expect(said(apply(model, gone("a/1")))).toEqual({ "a.dev.example.com": "gone", "c.dev.example.com": "10.0.0.1" });
  });

  test("neither many keys of one name nor long values pass what is kept", () => {
    const model = makeModel({ mostNames: 2 });
    const many = Array.from({ length: 2000 }, (_, index) =>
      put(`a/${index}`, { host: `10.0.${index >> 8}.${index & 255}`, targetstrip: 1 }),
    );
    const long = put("b/1", { host: "10.0.0.1", note: "x".repeat(10_000), targetstrip: 1 });
    const change = apply(model, ...many, long);
    expect(model.leftOut).toBeGreaterThan(1000);
    expect(change.put.flatMap(({ keys }) => keys).length).toBeLessThan(600);
  });
});

/** Keys and values as a broken or hostile store may hold them. */
const oddText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom(
    "localhost",
    "a\n127.0.0.1 evil.test",
    "com",
    "*",
    "any",
    "#",
    " ",
    "..",
    "xn--zca",
    "ß",
    "127.0.0.1",
  ),
);
const label = fc.oneof(fc.stringMatching(/^[a-z0-9]{1,5}$/), oddText);
const host = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom(
    "127.0.0.1",
    "::1",
    "0.0.0.0",
    "10.0.0.1",
    "10.0.0.1\n10.0.0.2 evil.test",
    "::ffff:7f00:1",
    "0x7f.1",
    "fe80::1",
    "fd00::5",
    "localhost",
  ),
  fc.array(label, { maxLength: 4 }).map((labels) => [...labels, "dev", "example", "com"].join(".")),
  oddText,
);
const value = fc.oneof(
  fc
    .record(
      { host, targetstrip: fc.integer({ min: -2, max: 8 }), text: oddText, ttl: fc.integer() },
      { requiredKeys: [] },
    )
    .map((each) => JSON.stringify(each)),
  fc.json(),
  oddText,
);
const key = fc.oneof(
  fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => prefix + labels.join("/")),
  fc.array(label, { maxLength: 5 }).map((labels) => `/skydns/${labels.join("/")}`),
  oddText,
);
const change = fc.record({ key, value: fc.option(value, { nil: undefined }) });

/** RFC 1918, RFC 6598 and RFC 4193, told in another way than the program does. */
const privateAddress =
  /^(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.|^f[cd][0-9a-f]{2}:/;

function viewOf(rows: RowChange["put"]) {
  const clusters = [
    toViewCluster({ name: team, rank: 1, domains: consent.domains, entries: rows.map(({ entry }) => entry) }),
  ];
  return computeView({ clusters, holders: new Map(), ownNames: new Set(["desk", "desk.dev.example.com"]) });
}

describe("whatever a store holds", () => {
  const runs = Number(process.env["FUZZ_RUNS"] ?? 500);

  test("no line names what lies outside, leads outside, or comes from a value", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const model = makeModel({ mostNames: 10 });
        const { put: rows } = apply(model, ...changes);
        const { entries } = viewOf(rows);
        const { wanted } = selectHostEntries(entries);
        const rendered = renderHostsFile({ text: "127.0.0.1 localhost\n", wanted });
        const body = rendered.kind === "undecidable" ? "undecidable" : rendered.body;
        const lines = body.split("\n").filter((line) => line !== "");
        expect(
          entries.filter(({ addresses, others }) => addresses.length + others.length > 0).length,
        ).toBeLessThanOrEqual(10);
        for (const line of lines) {
          expect(line).toMatch(/^[0-9a-f.:]+ [a-z0-9-]+(?:\.[a-z0-9-]+)*$/);
          const [address = "", name = ""] = line.split(" ");
          expect(name === domain || name.endsWith(`.${domain}`)).toBe(true);
          expect(name).not.toBe("desk.dev.example.com");
          expect(isLoopback(address)).toBe(false);
          expect(address).toMatch(privateAddress);
        }
      }),
      { numRuns: runs },
    );
  });

  test("changes one by one lead where all at once do", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
        const [one, other] = [makeModel(), makeModel()];
        const rows = new Map<string, unknown>();
        for (const each of changes) {
          const done = apply(one, each);
          for (const name of done.remove) rows.delete(name);
          for (const row of done.put) rows.set(row.entry.name, row);
        }
        const last = new Map(changes.map((each) => [each.key, each]));
        const { put: whole } = apply(other, ...[...last.values()].filter((each) => each.value !== undefined));
        const text = (items: Iterable<unknown>): string[] => [...items].map((item) => JSON.stringify(item)).toSorted();
        expect(text(rows.values())).toEqual(text(whole));
      }),
      { numRuns: runs },
    );
  });
});
