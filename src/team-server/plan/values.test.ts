import { expect, test } from "vitest";
import { externalDNSFeed, watchFeed } from "../../records/feed.ts";
import { parseTeamName, readMeta, readRecords, writeMeta, writeRecords } from "./values.ts";

const endpoint = { dnsName: "Foo.dtk.io.", targets: ["192.0.2.1"], recordType: "A", unknown: { kept: [1] } };

test("endpoints come back as they were written, each feed's its own", () => {
  const records = new Map([
    [watchFeed, []],
    [externalDNSFeed, [endpoint]],
  ]);
  const text = writeRecords(records) ?? "";
  expect(readRecords("foo.dtk.io", text)).toEqual(new Map([[externalDNSFeed, [endpoint]]]));
});

test("the same records are the same text, whatever their order; none are no text", () => {
  const [one, other] = [[externalDNSFeed, [endpoint]] as const, [watchFeed, [endpoint]] as const];
  expect(writeRecords(new Map([one, other]))).toBe(writeRecords(new Map([other, one])));
  expect(writeRecords(new Map([[watchFeed, []]]))).toBeUndefined();
});

test.each([
  "",
  "[]",
  "null",
  '{"external-dns":{}}',
  '{"External_DNS":[]}',
  '{"external-dns":[{"dnsName":"foo.dtk.io"}]}',
  '{"external-dns":[{"dnsName":"bar.dtk.io","recordType":"A"}]}',
])("%j are no records of foo.dtk.io", (text) => {
  expect(readRecords("foo.dtk.io", text)).toBeUndefined();
});

test("a team's identity is read back, and nothing else is taken for one", () => {
  const meta = { name: "dev", id: "0123456789abcdef" };
  expect(readMeta(writeMeta(meta))).toEqual(meta);
  for (const text of ["", "{}", '{"name":"dev","id":"1"}', '{"name":"a\\nb","id":"0123456789abcdef"}']) {
    expect(readMeta(text)).toBeUndefined();
  }
});

test("a team's name is one line of text", () => {
  expect(parseTeamName("Team Ä 1")).toBe("Team Ä 1");
  for (const text of ["", " a", "a ", "a\nb", "x".repeat(65)]) expect(parseTeamName(text)).toBeUndefined();
});
