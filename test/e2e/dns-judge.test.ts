/** Knot is the judge: it serves the zones that we export, and random questions get the same answers from both. */
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { finish } from "../../src/base/steps.ts";
import { zoneTextInSteps } from "../../src/records/zone-text.ts";
import type { View } from "../../src/records/view.ts";
import { type Zones, zonesInSteps } from "../../src/records/zone.ts";
import { knowledgeOf } from "../../src/sinks/dns/packet/answer.ts";
import { respond } from "../../src/sinks/dns/packet/respond.ts";
import { startKnot } from "../cluster/knot.ts";
import { freeDNSPort } from "../support/dns-client.ts";
import { decodeAnswer, encodeQuestion } from "../support/dns-question.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { type WrittenRecord, viewOfClusters } from "../support/view.ts";

/** To repeat a run that failed, set the seed that its title has. */
const seed = Number(process.env["DNS_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

/** Questions in all; a run by hand may take a hundred thousand. */
const amount = Number(process.env["DNS_QUESTIONS"] ?? 4000);

const questionsPerView = 1000;

const domains = ["dtk.io", "b.dtk.io", "c.b.dtk.io", "example.test"];
const label = fc.constantFrom("a", "b", "c", "*", "_s", "x-1", "xn--bcher-kva", "o;d$d");
const below = fc.array(label, { maxLength: 4 });
const name = fc.tuple(below, fc.constantFrom(...domains)).map(([labels, domain]) => [...labels, domain].join("."));

const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom('"one" "two"', '"a\\"b\\\\c\\200"', "x".repeat(300), ""),
);
const number = fc.oneof(fc.nat(70_000), fc.constant("x")).map(String);
const target = fc.oneof(name, fc.constantFrom(".", "mail.dtk.io.", "a..b"));
const record: fc.Arbitrary<WrittenRecord> = fc.oneof(
  fc.tuple(name, fc.constant("A"), fc.constantFrom("192.0.2.1", "192.0.2.2", "10.0.0.300")),
  fc.tuple(name, fc.constant("AAAA"), fc.constantFrom("2001:db8::1", "2001:db8::2")),
  fc.tuple(name, fc.constant("CNAME"), name),
  fc.tuple(name, fc.constant("TXT"), text),
  fc.tuple(
    name,
    fc.constant("MX"),
    fc.tuple(number, target).map((fields) => fields.join(" ")),
  ),
  fc.tuple(name, fc.constant("PTR"), target),
  fc.tuple(
    name,
    fc.constant("SRV"),
    fc.tuple(number, number, number, target).map((fields) => fields.join(" ")),
  ),
  fc.tuple(
    name,
    fc.constant("NAPTR"),
    fc.tuple(number, number, target).map(([one, other, to]) => `${one} ${other} "u" "E2U+sip" "!^(.*)$!\\\\1!" ${to}`),
  ),
  fc.tuple(name, fc.constantFrom("NS", "DNAME", "CAA"), target),
);
const cluster = fc.record({
  clusterIPs: fc.constantFrom(["192.0.2.9"], ["192.0.2.9", "2001:db8::9"], undefined),
  domains: fc.subarray(domains, { minLength: 1 }),
  targets: fc.constantFrom("cluster", "record"),
  records: fc.array(record, { maxLength: 25 }),
});
const view = fc
  .array(cluster, { minLength: 1, maxLength: 3 })
  .map((clusters) =>
    viewOfClusters(...clusters.map(({ clusterIPs, ...rest }) => (clusterIPs ? { clusterIPs, ...rest } : rest))),
  );

const types = [
  "A",
  "AAAA",
  "CNAME",
  "MX",
  "NAPTR",
  "NS",
  "PTR",
  "SOA",
  "SRV",
  "TXT",
  "CAA",
  "UNKNOWN_65",
  "UNKNOWN_4711",
];
const question = fc.record({
  /** A name that may be anywhere, for a part of the questions. */
  name: fc.oneof(
    name,
    below.filter(({ length }) => length > 0).map((labels) => labels.join(".")),
  ),
  /** Which of the names of the view it is about otherwise, and how. */
  pick: fc.nat(),
  shape: fc.constantFrom("anywhere", "itself", "itself", "below", "above"),
  label,
  type: fc.constantFrom(...types),
  /** Whether it is about a type that the name has, if it has any. */
  isFitting: fc.boolean(),
  /** Which letters are upper case. */
  upper: fc.nat(2 ** 30),
  flags: fc.constantFrom(0, 0x0100),
});

type Asked = typeof question extends fc.Arbitrary<infer Value> ? Value : never;

/** Most questions are about a name of the view, or one right below or above it. */
function nameOf({ name: anywhere, pick, shape, label: first }: Asked, { entries }: View): string {
  const shown = entries[pick % Math.max(entries.length, 1)]?.name;
  if (shape === "anywhere" || shown === undefined) return anywhere;
  if (shape === "itself") return shown;
  return shape === "below" ? `${first}.${shown}` : shown.slice(shown.indexOf(".") + 1);
}

function typeOf({ type, pick, shape, isFitting }: Asked, { entries }: View): string {
  const entry = isFitting && shape === "itself" ? entries[pick % Math.max(entries.length, 1)] : undefined;
  const others = entry?.others.map((set) => set.type).filter((each) => types.includes(each)) ?? [];
  return others[pick % Math.max(others.length, 1)] ?? type;
}

function textsOf(zones: Zones): ReadonlyMap<string, string> {
  const texts = finish(zoneTextInSteps(zones, 7)).split(/\n(?=\$ORIGIN )/);
  return new Map(texts.map((each) => [/^\$ORIGIN (\S+)\.$/m.exec(each)?.[1] ?? "", each]));
}

/** Some letters in upper case (draft-vixie-dnsext-dns0x20). */
function spell(plain: string, upper: number): string {
  return Array.from(plain, (each, index) => ((upper >> (index % 30)) & 1 ? each.toUpperCase() : each)).join("");
}

/** What of an answer must be the same. */
function essence(packet: Uint8Array) {
  const { rcode, flag_aa, flag_tc, answers = [], authorities = [] } = decodeAnswer(packet);
  const write = (each: object): string => JSON.stringify(each).toLowerCase();
  return { rcode, flag_aa, flag_tc, answers: answers.map(write).toSorted(), authorities: authorities.map(write) };
}

/**
 * The addresses that come with an answer, each once: Knot repeats those that several records lead to. It looks for them in
 * the zone of the question alone, so others are left out.
 */
function additionsTo(asked: string, packet: Uint8Array, zones: Zones): readonly string[] {
  const zone = zones.find(asked)?.zone;
  const { additionals = [] } = decodeAnswer(packet);
  const same = additionals.filter((each) => zones.find(each.name.toLowerCase())?.zone === zone);
  return [...new Set(same.map((each) => JSON.stringify(each).toLowerCase()))].toSorted();
}

test(`${amount} questions about random views, seed ${seed}`, async () => {
  using folder = temporaryFolder();
  const port = await freeDNSPort();
  const seen = new Map<string, number>();
  for (let round = 0; round * questionsPerView < amount; round += 1) {
    const [shown] = fc.sample(view, { seed: seed + round, numRuns: 1 });
    if (shown === undefined) throw new Error("there is no view");
    const zones = finish(zonesInSteps(shown));
    const known = knowledgeOf(zones, 7);
    const texts = textsOf(zones);
    await using knot = await startKnot(join(folder.path, String(round)), texts, port);
    const asked = fc.sample(question, { seed: seed + round, numRuns: questionsPerView });
    const packets = asked.map((each, id) =>
      encodeQuestion(spell(nameOf(each, shown), each.upper), typeOf(each, shown), { id, flags: each.flags }),
    );
    const theirs = await knot.ask(packets);
    expect(theirs).toHaveLength(packets.length);
    for (const [id, packet] of packets.entries()) {
      const answer = respond(packet, "tcp", known)?.packet ?? Buffer.of();
      const ours = essence(answer);
      const told = `seed ${seed}, round ${round}: ${JSON.stringify(asked[id])}\n${[...texts.values()].join("\n")}`;
      expect(ours, told).toEqual(essence(theirs[id] ?? Buffer.of()));
      const plain = asked[id] === undefined ? "" : nameOf(asked[id], shown);
      const additions = additionsTo(plain, answer, zones);
      expect(additions, told).toEqual(additionsTo(plain, theirs[id] ?? Buffer.of(), zones));
      const kind = `${ours.rcode} ${ours.answers.length > 0 ? "answer" : "empty"}`;
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
    }
  }
  process.stderr.write(`Answers: ${JSON.stringify(Object.fromEntries(seen))}\n`);
  // The questions are of every kind.
  for (const kind of ["NOERROR answer", "NOERROR empty", "NXDOMAIN empty", "REFUSED empty"])
    expect(seen.get(kind) ?? 0, kind).toBeGreaterThan(amount / 100);
});

test("the addresses of what SRV and MX records lead to are those that Knot adds", async () => {
  using folder = temporaryFolder();
  const shown = viewOfClusters({
    records: [
      ["a.dtk.io", "A", "192.0.2.1", "192.0.2.2"],
      ["a.dtk.io", "AAAA", "2001:db8::1"],
      ["*.w.dtk.io", "A", "192.0.2.3"],
      ["m.dtk.io", "MX", "10 a.dtk.io", "20 x.y.w.dtk.io", "30 missing.dtk.io", "40 mail.example.com"],
      ["_s._tcp.dtk.io", "SRV", "0 5 1 a.dtk.io", "0 5 2 a.dtk.io", "0 5 3 *.w.dtk.io", "0 5 4 m.dtk.io"],
      ["p.dtk.io", "PTR", "a.dtk.io"],
    ],
  });
  const zones = finish(zonesInSteps(shown));
  await using knot = await startKnot(folder.path, textsOf(zones), await freeDNSPort());
  const asked = [
    ["m.dtk.io", "MX", 4],
    ["_s._tcp.dtk.io", "SRV", 4],
    ["p.dtk.io", "PTR", 0],
  ] as const;
  const packets = asked.map(([owner, type], id) => encodeQuestion(owner, type, { id }));
  const theirs = await knot.ask(packets);
  for (const [id, [owner, , count]] of asked.entries()) {
    const ours = respond(packets[id] ?? Buffer.of(), "tcp", knowledgeOf(zones, 7))?.packet ?? Buffer.of();
    expect(additionsTo(owner, ours, zones)).toEqual(additionsTo(owner, theirs[id] ?? Buffer.of(), zones));
    expect(additionsTo(owner, ours, zones)).toHaveLength(count);
  }
});
