/** The responder, rule by rule, read by a decoder that shares no code with it. */
import dnsPacket from "dns-packet";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type QuestionOptions, decodeAnswer, encodeQuestion, shorten } from "../../../../test/support/dns-question.ts";
import { viewOfClusters, viewOfRecords } from "../../../../test/support/view.ts";
import type { Transport } from "../../../engine/responder.ts";
import { finish } from "../../../base/steps.ts";
import type { View } from "../../../records/view.ts";
import { zonesInSteps } from "../../../records/zone.ts";
import { type Knowledge, knowledgeOf } from "./answer.ts";
import { respond } from "./respond.ts";

function knownOf(view: View, mostTTL?: number): Knowledge {
  return knowledgeOf(finish(zonesInSteps(view)), 7, { mostTTL });
}

const text = (length: number): string => "x".repeat(length);

const known = knownOf(
  viewOfRecords(
    ["foo.dtk.io", "A", "192.0.2.7", "192.0.2.8"],
    ["foo.dtk.io", "TXT", '"v=1" "two"'],
    ["both.dtk.io", "A", "192.0.2.7"],
    ["both.dtk.io", "AAAA", "2001:db8::7"],
    ["*.apps.dtk.io", "A", "192.0.2.9"],
    ["deep.down.dtk.io", "A", "192.0.2.7"],
    ["alias.dtk.io", "CNAME", "foo.dtk.io"],
    ["_sip._udp.dtk.io", "SRV", "0 5 5060 foo.dtk.io.", "broken"],
    ["dtk.io", "MX", "10 foo.dtk.io"],
    ["e164.dtk.io", "NAPTR", '100 10 "u" "E2U+sip" "!^.*$!sip:i@x!" .'],
    ["ptr.dtk.io", "PTR", "foo.dtk.io"],
    ["sub.dtk.io", "NS", "ns.dtk.io"],
    ["many.dtk.io", "A", ...Array.from({ length: 40 }, (_, index) => `192.0.2.${index + 1}`)],
    ["more.dtk.io", "A", ...Array.from({ length: 100 }, (_, index) => `192.0.2.${index + 1}`)],
    ["large.dtk.io", "TXT", text(40_000)],
  ),
);

function askRaw(packet: Uint8Array, transport: Transport = "udp", of = known): Uint8Array | undefined {
  return respond(packet, transport, of)?.packet;
}

function askPacket(name: string, type: string, options: QuestionOptions = {}, transport: Transport = "udp") {
  const answer = askRaw(encodeQuestion(name, type, options), transport);
  if (answer === undefined) throw new Error("there is no answer");
  return answer;
}

function ask(...parameters: Parameters<typeof askPacket>) {
  return shorten(askPacket(...parameters));
}

const soa = (zone: string): string =>
  `${zone} SOA ${JSON.stringify({ mname: "localhost", rname: "nobody.invalid", serial: 7, refresh: 3600, retry: 600, expire: 86_400, minimum: 1 })}`;

describe("what is there", () => {
  test.each([
    ["foo.dtk.io", "A", ["foo.dtk.io A 192.0.2.7", "foo.dtk.io A 192.0.2.8"]],
    ["both.dtk.io", "AAAA", ["both.dtk.io AAAA 2001:db8::7"]],
    ["foo.dtk.io", "TXT", ["foo.dtk.io TXT v=1|two"]],
    ["alias.dtk.io", "A", ["alias.dtk.io A 192.0.2.7", "alias.dtk.io A 192.0.2.8"]],
    ["x.apps.dtk.io", "A", ["x.apps.dtk.io A 192.0.2.9"]],
    ["x.y.apps.dtk.io", "A", ["x.y.apps.dtk.io A 192.0.2.9"]],
    ["_sip._udp.dtk.io", "SRV", ['_sip._udp.dtk.io SRV {"priority":0,"weight":5,"port":5060,"target":"foo.dtk.io"}']],
    ["dtk.io", "MX", ['dtk.io MX {"preference":10,"exchange":"foo.dtk.io"}']],
    ["ptr.dtk.io", "PTR", ["ptr.dtk.io PTR foo.dtk.io"]],
    ["dtk.io", "NS", ["dtk.io NS localhost"]],
    ["dtk.io", "SOA", [soa("dtk.io")]],
    [
      "e164.dtk.io",
      "NAPTR",
      [
        `e164.dtk.io NAPTR ${JSON.stringify({ order: 100, preference: 10, flags: "u", services: "E2U+sip", regexp: "!^.*$!sip:i@x!", replacement: "." })}`,
      ],
    ],
  ])("%s %s is answered", (name, type, answers) => {
    expect(ask(name, type)).toEqual({ rcode: "NOERROR", answers, authorities: [] });
  });

  test("a long text comes over TCP, in strings of 255 octets", () => {
    const { answers = [] } = decodeAnswer(askPacket("large.dtk.io", "TXT", {}, "tcp"));
    const [record] = answers as readonly { readonly data: readonly Buffer[] }[];
    expect(record?.data.map(({ length }) => length).slice(0, 2)).toEqual([255, 255]);
    expect(Buffer.concat(record?.data ?? []).toString()).toBe(text(40_000));
  });

  test("ANY gets one set, the smallest (RFC 8482)", () => {
    expect(ask("both.dtk.io", "ANY").answers).toEqual(["both.dtk.io A 192.0.2.7"]);
  });
});

describe("what is not there", () => {
  test.each([
    ["foo.dtk.io", "AAAA", "NOERROR"],
    ["x.apps.dtk.io", "AAAA", "NOERROR"],
    ["down.dtk.io", "A", "NOERROR"],
    ["dtk.io", "A", "NOERROR"],
    ["alias.dtk.io", "CNAME", "NOERROR"],
    ["foo.dtk.io", "UNKNOWN_65", "NOERROR"],
    ["sub.dtk.io", "NS", "NOERROR"],
    ["sub.dtk.io", "ANY", "NOERROR"],
    ["nothing.dtk.io", "A", "NXDOMAIN"],
    ["below.foo.dtk.io", "A", "NXDOMAIN"],
  ])("%s %s is %s with the SOA record", (name, type, rcode) => {
    expect(ask(name, type)).toEqual({ rcode, answers: [], authorities: [soa("dtk.io")] });
    expect(decodeAnswer(askPacket(name, type)).authorities?.[0]).toMatchObject({ ttl: 1 });
  });

  test("outside the zones it is refused, without a word of who else might know", () => {
    for (const name of ["example.com", "io", ".", "evildtk.io"]) {
      expect(ask(name, "A"), name).toEqual({ rcode: "REFUSED", answers: [], authorities: [] });
      expect(decodeAnswer(askPacket(name, "A")).flag_aa).toBe(false);
    }
  });

  test.each(["AXFR", "IXFR"])("%s is refused", (type) => expect(ask("dtk.io", type).rcode).toBe("REFUSED"));

  test("another class is refused", () => {
    const packet = encodeQuestion("dtk.io", "TXT");
    packet[packet.length - 1] = 3;
    expect(shorten(askRaw(packet) ?? packet).rcode).toBe("REFUSED");
  });
});

test("one cluster's wildcard answers for no name of another cluster", () => {
  const of = knownOf(
    viewOfClusters(
      { records: [["*.dtk.io", "A", "192.0.2.1"]] },
      { domains: ["b.dtk.io"], records: [["x.b.dtk.io", "A", "192.0.2.2"]] },
      { records: [["waits.dtk.io", "A", "never-usable"]] },
      { records: [["*.dtk.io", "A", "192.0.2.4"]] },
    ),
  );
  const short = (name: string) => shorten(askRaw(encodeQuestion(name, "A"), "udp", of) ?? Buffer.of());
  expect(short("other.dtk.io").answers).toEqual(["other.dtk.io A 192.0.2.1"]);
  expect(short("x.b.dtk.io").answers).toEqual(["x.b.dtk.io A 192.0.2.2"]);
  expect(short("y.b.dtk.io").rcode).toBe("NXDOMAIN");
  expect(short("waits.dtk.io")).toMatchObject({ rcode: "NOERROR", answers: [] });
});

describe("the header", () => {
  test("AA, RD as asked, never RA, AD or CD", () => {
    const asked = { flags: 0x0100 | 0x0010 | 0x0020 };
    expect(decodeAnswer(askPacket("foo.dtk.io", "A", asked))).toMatchObject({
      id: 4711,
      flag_qr: true,
      flag_aa: true,
      flag_tc: false,
      flag_rd: true,
      flag_ra: false,
      flag_ad: false,
      flag_cd: false,
    });
    expect(decodeAnswer(askPacket("foo.dtk.io", "A", { flags: 0 }))).toMatchObject({ flag_rd: false });
  });

  test("the question comes back to the octet, and the name in the answer with it (0x20)", () => {
    const asked = encodeQuestion("FoO.aPPs.DtK.io", "A");
    const answer = Buffer.from(askRaw(asked) ?? []);
    expect(answer.subarray(12, asked.length)).toEqual(asked.subarray(12));
    expect(shorten(answer).answers).toEqual(["FoO.aPPs.DtK.io A 192.0.2.9"]);
    expect(shorten(askRaw(encodeQuestion("nO.dtK.io", "A")) ?? asked).authorities).toEqual([soa("dtK.io")]);
  });
});

describe("EDNS", () => {
  test("is spoken to whoever speaks it, and to nobody else", () => {
    expect(decodeAnswer(askPacket("foo.dtk.io", "A")).additionals).toEqual([]);
    const { additionals = [] } = decodeAnswer(askPacket("foo.dtk.io", "A", { size: 4096 }));
    expect(additionals).toMatchObject([{ type: "OPT", udpPayloadSize: 1232, ednsVersion: 0, flags: 0, options: [] }]);
    const asked = { size: 4096, ednsFlags: 0xffff };
    expect(decodeAnswer(askPacket("foo.dtk.io", "A", asked)).additionals).toMatchObject([{ flags: 0x8000 }]);
  });

  test("another version is refused with ours (BADVERS)", () => {
    const answer = decodeAnswer(askPacket("foo.dtk.io", "A", { size: 4096, version: 1 }));
    expect(answer).toMatchObject({ rcode: "NOERROR", flag_aa: false, answers: [] });
    expect(answer.additionals).toMatchObject([{ extendedRcode: 1, ednsVersion: 0 }]);
  });
});

describe("an answer that is too large for UDP", () => {
  test.each([
    ["many.dtk.io", {}, true],
    ["many.dtk.io", { size: 100 }, true],
    ["many.dtk.io", { size: 800 }, false],
    ["more.dtk.io", { size: 65_535 }, true],
  ])("%s with %o is cut: %s", (name, options, isCut) => {
    const packet = askPacket(name, "A", options);
    expect(decodeAnswer(packet)).toMatchObject({ flag_tc: isCut, rcode: "NOERROR" });
    expect(decodeAnswer(packet).answers?.length).toBe(isCut ? 0 : 40);
    expect(decodeAnswer(askPacket(name, "A", options, "tcp"))).toMatchObject({ flag_tc: false });
  });
});

describe("a malformed packet", () => {
  const question = encodeQuestion("foo.dtk.io", "A", { size: 1232 });
  const changed = (at: number, ...octets: readonly number[]): Buffer => {
    const packet = Buffer.from(question);
    packet.set(octets, at);
    return packet;
  };
  const nameEnd = 12 + "foo.dtk.io".length + 2;
  const opt = question.subarray(nameEnd + 4);

  test.each([
    ["nothing", Buffer.of()],
    ["less than a header", question.subarray(0, 11)],
    ["an answer", changed(2, 0x81)],
  ])("%s gets no answer", (_, packet) => expect(askRaw(packet)).toBeUndefined());

  test.each([
    ["no question", changed(4, 0, 0), 1],
    ["two questions", changed(4, 0, 2), 1],
    ["a name with a pointer", changed(12, 0xc0, 12), 1],
    ["a label of an unknown kind", changed(12, 0x40), 1],
    ["a name that does not end", question.subarray(0, 18), 1],
    ["a question without class", question.subarray(0, nameEnd + 2), 1],
    ["octets after the end", Buffer.concat([question, Buffer.of(0)]), 1],
    ["a record that is not whole", question.subarray(0, -1), 1],
    ["two OPT records", Buffer.concat([changed(11, 2), opt]), 1],
    ["an OPT record of another name", changed(nameEnd + 4, 1), 1],
    ["an OPT record in the answer section", changed(6, 0, 1, 0, 0, 0, 0), 1],
    ["an option that is not whole", Buffer.concat([changed(question.length - 1, 3), Buffer.of(0, 10, 0)]), 1],
    ["another operation", changed(2, 0x28), 4],
  ])("%s gets its response code alone", (_, packet, rcode) => {
    const answer = Buffer.from(askRaw(packet) ?? []);
    expect(answer).toHaveLength(12);
    expect(answer.readUInt16BE(0)).toBe(4711);
    expect(answer.readUInt8(3)).toBe(rcode);
    expect(answer.subarray(4)).toEqual(Buffer.alloc(8));
  });

  test("a label with a dot in it is another name", () => {
    const packet = Buffer.from(encodeQuestion("fooXdtk.io", "A"));
    packet[16] = 0x2e;
    expect(Buffer.from(askRaw(packet) ?? []).readUInt8(3) & 15).toBe(5);
  });
});

test("whatever comes, nothing is thrown, no answer passes its limit, and none outside the zones is larger than its question", () => {
  const good = fc
    .constantFrom("foo.dtk.io", "large.dtk.io", "x.apps.dtk.io", "example.com")
    .chain((name) => fc.constantFrom("A", "TXT", "ANY").map((type) => encodeQuestion(name, type, { size: 4096 })));
  const changes = fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 4 });
  const spoilt = fc.tuple(good, changes, fc.nat(60)).map(([packet, places, cut]) => {
    const copy = Buffer.from(packet.subarray(0, packet.length - (cut < 20 ? cut : 0)));
    for (const [at, octet] of places) if (at < copy.length) copy[at] = octet;
    return copy;
  });
  const anything = fc.oneof(fc.uint8Array({ maxLength: 100 }), spoilt);
  fc.assert(
    fc.property(anything, (packet) => {
      const answer = respond(packet, "udp", known);
      if (answer === undefined) return;
      const { question } = answer;
      const size = question?.extended?.size ?? 512;
      expect(answer.packet.length).toBeLessThanOrEqual(Math.min(Math.max(size, 512), 1232));
      if (answer.rcode === 5) expect(answer.packet.length).toBeLessThanOrEqual(packet.length);
      if (question !== undefined) dnsPacket.decode(Buffer.from(answer.packet));
    }),
    { numRuns: 5000 },
  );
});

describe("the addresses of what an answer leads to", () => {
  const targets = (count: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => `0 5 ${index} t${index}.apps.dtk.io`);
  const of = knownOf(
    viewOfRecords(
      ["foo.dtk.io", "A", "192.0.2.7"],
      ["foo.dtk.io", "AAAA", "2001:db8::7"],
      ["*.apps.dtk.io", "A", "192.0.2.9"],
      ["_one._tcp.dtk.io", "SRV", "0 5 1 foo.dtk.io", "0 5 2 foo.dtk.io", "0 5 3 foo.example.com", "0 5 4 ."],
      ["_lost._tcp.dtk.io", "SRV", "0 5 1 missing.dtk.io", "0 5 2 _one._tcp.dtk.io"],
      ["_few._tcp.dtk.io", "SRV", ...targets(12)],
      ["_many._tcp.dtk.io", "SRV", ...targets(100)],
      ["dtk.io", "MX", "10 mail.apps.dtk.io"],
      ["ptr.dtk.io", "PTR", "foo.dtk.io"],
    ),
  );
  const additionals = (name: string, type: string, options: QuestionOptions = {}, transport: Transport = "udp") => {
    const packet = askRaw(encodeQuestion(name, type, options), transport, of);
    if (packet === undefined) throw new Error("there is no answer");
    const { additionals: found = [], answers = [], flag_tc: isCut } = decodeAnswer(packet);
    const texts = found.map((each) =>
      each.type === "A" || each.type === "AAAA"
        ? `${each.name} ${each.type} ${each.data}`
        : `${each.name} ${each.type}`,
    );
    return { length: packet.length, answers: answers.length, isCut, texts };
  };

  test("come with SRV and MX, once each and by wildcards too, as far as we have them", () => {
    const texts = ["foo.dtk.io A 192.0.2.7", "foo.dtk.io AAAA 2001:db8::7"];
    expect(additionals("_one._tcp.dtk.io", "SRV")).toMatchObject({ texts, answers: 4 });
    expect(additionals("_one._tcp.dtk.io", "SRV", { size: 1232 }).texts).toEqual([...texts, ". OPT"]);
    expect(additionals("dtk.io", "MX").texts).toEqual(["mail.apps.dtk.io A 192.0.2.9"]);
    expect(additionals("_lost._tcp.dtk.io", "SRV").texts).toEqual([]);
    expect(additionals("ptr.dtk.io", "PTR").texts).toEqual([]);
    expect(additionals("foo.dtk.io", "A").texts).toEqual([]);
  });

  test("stay away where they have no room, and never cut the answer", () => {
    const [few, whole] = [additionals("_few._tcp.dtk.io", "SRV"), additionals("_few._tcp.dtk.io", "SRV", {}, "tcp")];
    expect(whole).toMatchObject({ answers: 12, isCut: false });
    expect(whole.texts).toHaveLength(12);
    expect(few).toMatchObject({ answers: 12, isCut: false });
    expect(few.length).toBeLessThanOrEqual(512);
    expect(few.texts).toEqual(whole.texts.slice(0, few.texts.length));
    expect(few.texts.length).toBeLessThan(12);
    expect(additionals("_many._tcp.dtk.io", "SRV")).toMatchObject({ answers: 0, isCut: true, texts: [] });
    expect(additionals("_many._tcp.dtk.io", "SRV", {}, "tcp").texts).toHaveLength(100);
  });
});

test("more addresses than are remembered are written as they are", () => {
  const names = Array.from(
    { length: 2500 },
    (_, index) => [`n${index}.dtk.io`, `2001:db8::${index.toString(16)}`] as const,
  );
  const of = knownOf(viewOfRecords(...names.map(([name, address]) => [name, "AAAA", address] as const)));
  for (const [name, address] of [...names, ...names.slice(0, 3)]) {
    const { answers } = shorten(askRaw(encodeQuestion(name, "AAAA"), "udp", of) ?? Buffer.of());
    expect(answers).toEqual([`${name} AAAA ${address.replace(/::0$/, "::")}`]);
  }
});

describe("how long an answer may be kept", () => {
  const view = viewOfRecords(["foo.dtk.io", "A", "192.0.2.7"], ["foo.dtk.io", "TXT", "a"]);
  const [entry] = view.entries;
  if (entry === undefined) throw new Error("the test's own view is wrong");

  const ttlsOf = (asked: number | undefined, mostTTL: number | undefined): readonly (number | undefined)[] => {
    const others = entry.others.map((set) => ({ ...set, ttl: asked }));
    const of = knownOf({ ...view, entries: [{ ...entry, ttl: asked, others }] }, mostTTL);
    return ["A", "TXT", "AAAA"].map((type) => {
      const packet = askRaw(encodeQuestion("foo.dtk.io", type), "udp", of);
      const { answers = [], authorities = [] } = decodeAnswer(packet ?? new Uint8Array());
      const [record] = [...answers, ...authorities];
      return record !== undefined && "ttl" in record ? record.ttl : undefined;
    });
  };

  test.each([
    [undefined, undefined, [1, 1, 1]],
    [300, undefined, [1, 1, 1]],
    [300, 60, [60, 60, 1]],
    [30, 60, [30, 30, 1]],
    [undefined, 60, [1, 1, 1]],
    [300, 0, [0, 0, 1]],
  ])("a record that says %s, at most %s", (asked, mostTTL, ttls) => {
    expect(ttlsOf(asked, mostTTL)).toEqual(ttls);
  });
});
