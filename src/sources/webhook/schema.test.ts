/** Bodies of ExternalDNS are understood in every spelling, and their values stay the very same. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { finish } from "../../base/steps.ts";
import { pickEndpoints, readChanges } from "./schema.ts";

const endpoint = fc.record(
  {
    dnsName: fc.domain(),
    recordType: fc.constantFrom("A", "AAAA", "CNAME", "TXT", "SRV"),
    targets: fc.option(fc.array(fc.string())),
    recordTTL: fc.maxSafeInteger(),
    labels: fc.option(fc.dictionary(fc.string(), fc.string())),
    providerSpecific: fc.option(fc.array(fc.record({ name: fc.string(), value: fc.string() }))),
    unknown: fc.jsonValue(),
  },
  { requiredKeys: ["dnsName", "recordType"] },
);

const spelling = (name: string) => fc.mixedCase(fc.constant(name));

test("endpoints come back as they are written, in their order", () => {
  fc.assert(
    fc.property(fc.array(endpoint), (endpoints) => {
      const text = JSON.stringify(endpoints);
      const reading = finish(pickEndpoints(text, () => true));
      expect(reading.ok && reading.value).toBe(text);
      expect(reading.ok && reading.bad).toEqual([]);
    }),
  );
});

test("those that are picked come back in their very words, whatever is beside them", () => {
  const written = fc.tuple(endpoint, fc.boolean(), fc.constantFrom(undefined, 1, "\t"));
  fc.assert(
    fc.property(fc.array(written, { maxLength: 40 }), fc.boolean(), (entries, hasBadOnes) => {
      const texts = entries.map(([each, isKept, indent]) => JSON.stringify({ ...each, isKept }, undefined, indent));
      const body = `[ ${texts.flatMap((text) => (hasBadOnes ? ["1", text] : [text])).join(" ,\n")} ]`;
      const reading = finish(pickEndpoints(body, ({ isKept }) => isKept === true));
      const kept = texts.filter((_, index) => entries[index]?.[1]);
      expect(reading.ok && JSON.parse(reading.value)).toEqual(kept.map((text): unknown => JSON.parse(text)));
      expect(reading.ok && kept.every((text) => reading.value.includes(text))).toBe(true);
      expect(reading.ok && reading.bad.length).toBe(hasBadOnes ? entries.length : 0);
    }),
  );
});

test("every spelling of the keys means the same, and a missing list is an empty one", () => {
  const keys = fc.tuple(spelling("create"), spelling("updateOld"), spelling("updateNew"), spelling("delete"));
  fc.assert(
    fc.property(keys, fc.array(endpoint), fc.array(endpoint), (names, created, deleted) => {
      const body = JSON.stringify({ [names[0]]: created, [names[1]]: null, [names[3]]: deleted });
      const reading = finish(readChanges(body));
      const expected = { create: created, updateOld: [], updateNew: [], delete: deleted };
      expect(reading.ok && JSON.stringify(reading.value)).toBe(JSON.stringify(expected));
    }),
  );
});

test("no text makes a reader throw", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
      expect(typeof finish(pickEndpoints(body, () => true)).ok).toBe("boolean");
      expect(typeof finish(readChanges(body)).ok).toBe("boolean");
    }),
  );
});

test.each([
  ["a TTL that JavaScript cannot hold exactly", '{"dnsName":"a.dtk.io","recordType":"A","recordTTL":9007199254740993}'],
  ["a NUL in the name", String.raw`{"dnsName":"a\u0000.dtk.io","recordType":"A"}`],
  ["a line end in the name", String.raw`{"dnsName":"a\n.dtk.io","recordType":"TXT"}`],
  ["a NUL in the set identifier", String.raw`{"dnsName":"a.dtk.io","recordType":"A","setIdentifier":"\u0000"}`],
  ["no type", '{"dnsName":"a.dtk.io"}'],
  ["labels that are not texts", '{"dnsName":"a.dtk.io","recordType":"A","labels":{"owner":1}}'],
])("%s makes a bad endpoint, not a bad body", (_, text) => {
  const reading = finish(pickEndpoints(`[${text}]`, () => true));
  expect(reading).toMatchObject({ ok: true, value: "[]", bad: [expect.anything()] });
});
