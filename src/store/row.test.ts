/** A row that breaks a rule is damage, whatever broke it; a row that keeps them comes back as it was. */
import { describe, expect, test } from "vitest";
import { readClusterRow, readContactRow, readPositionRow, readRecordRow } from "./row.ts";
import { DamageError } from "./trouble.ts";

const settings = { clusterIPs: ["192.0.2.7"], domains: ["dtk.io"], targets: "cluster" };
const cluster = {
  name: "kind-a",
  settings: JSON.stringify(settings),
};
const contact = {
  cluster: "kind-a",
  feed: "external-dns",
  heard_at: 1000,
  negotiation: JSON.stringify({ at: 900, include: ["dtk.io"] }),
  caller: "172.18.0.2",
  matched_ip: "192.0.2.7",
  silent_for: 5,
};
const endpoint = { dnsName: "foo.dtk.io", recordType: "A", targets: ["192.0.2.1"], shiny: { kept: true } };
const record = {
  cluster: "default",
  name: "foo.dtk.io",
  feed: "external-dns",
  type: "A",
  set_identifier: "",
  sequence: 7,
  endpoint: JSON.stringify(endpoint),
  generation: 3,
};

describe("a cluster", () => {
  test("comes back with its settings", () => {
    expect(readClusterRow(cluster)).toEqual({ name: "kind-a", settings });
    const ofUser = { ...settings, user: "dev" };
    expect(readClusterRow({ ...cluster, settings: JSON.stringify(ofUser) }).settings).toEqual(ofUser);
  });

  test("may have no cluster IP yet", () => {
    const row = { ...cluster, settings: JSON.stringify({ ...settings, clusterIPs: [] }) };
    expect(readClusterRow(row).settings.clusterIPs).toEqual([]);
  });

  test.each([
    ["a name that is none", { name: "Kind_A" }],
    ["no name", { name: null }],
    ["settings that are no JSON", { settings: "{" }],
    ["an address that is none", { settings: JSON.stringify({ ...settings, clusterIPs: ["300.0.0.1"] }) }],
    [
      "two addresses of one family",
      { settings: JSON.stringify({ ...settings, clusterIPs: ["192.0.2.7", "192.0.2.8"] }) },
    ],
    ["a user that is none", { settings: JSON.stringify({ ...settings, user: "a/b" }) }],
    ["a domain that is none", { settings: JSON.stringify({ ...settings, domains: ["*.io"] }) }],
    ["a target mode that is none", { settings: JSON.stringify({ ...settings, targets: "both" }) }],
    ["settings without domains", { settings: JSON.stringify({ ...settings, domains: undefined }) }],
  ])("%s is damage", (_, part) => {
    expect(() => readClusterRow({ ...cluster, ...part })).toThrow(DamageError);
  });
});

describe("a contact", () => {
  test("comes back with what was heard and negotiated", () => {
    expect(readContactRow(contact)).toEqual({
      cluster: "kind-a",
      feed: "external-dns",
      contact: { heardAt: 1000, caller: "172.18.0.2", matchedIP: "192.0.2.7", silentFor: 5 },
      negotiation: { at: 900, include: ["dtk.io"] },
    });
  });

  test("that never was has nothing of that", () => {
    const row = { ...contact, heard_at: null, negotiation: null, caller: null, matched_ip: null, silent_for: 0 };
    expect(readContactRow(row)).toMatchObject({
      contact: { heardAt: undefined, caller: undefined, matchedIP: undefined },
      negotiation: undefined,
    });
  });

  test.each([
    ["a negotiation without its time", { negotiation: '{"include":[]}' }],
    ["a silence that is a text", { silent_for: "5" }],
    ["a silence of half a millisecond", { silent_for: 0.5 }],
    ["a feed that is none", { feed: "No Feed" }],
  ])("%s is damage", (_, part) => {
    expect(() => readContactRow({ ...contact, ...part })).toThrow(DamageError);
  });
});

describe("a record", () => {
  test("comes back word for word, with the bytes that it takes", () => {
    expect(readRecordRow(record)).toEqual({
      cluster: "default",
      feed: "external-dns",
      key: { name: "foo.dtk.io", type: "A", setIdentifier: "" },
      sequence: 7,
      endpoint,
      bytes: record.endpoint.length,
      generation: 3,
    });
  });

  test("its bytes are those of UTF-8, not letters", () => {
    const text = JSON.stringify({ ...endpoint, labels: { note: "\u00fc\u{1f600}" } });
    expect(readRecordRow({ ...record, endpoint: text }).bytes).toBe(text.length + 1 + 2);
  });

  test.each([
    ["an endpoint that is no JSON", { endpoint: "{" }],
    ["an endpoint that is not an object", { endpoint: "[1]" }],
    ["an endpoint of another name", { name: "bar.dtk.io" }],
    ["an endpoint of another type", { type: "AAAA" }],
    ["an endpoint of another set", { set_identifier: "b" }],
    ["targets that are not texts", { endpoint: JSON.stringify({ ...endpoint, targets: [1] }) }],
    ["a feed that is none", { feed: "No Feed" }],
    ["a sequence that is none", { sequence: null }],
    ["a generation that is a text", { generation: "3" }],
  ])("%s is damage", (_, part) => {
    expect(() => readRecordRow({ ...record, ...part })).toThrow(DamageError);
  });
});

describe("the position", () => {
  const position = { id: "0123456789abcdef", generation: 12, takes_over: 0 };

  test("comes back", () => {
    expect(readPositionRow(position)).toEqual({ id: "0123456789abcdef", generation: 12, takesOver: false });
    expect(readPositionRow({ ...position, takes_over: 1 }).takesOver).toBe(true);
  });

  test.each([
    ["a name that is too short", { id: "0123" }],
    ["a name with capitals", { id: "0123456789ABCDEF" }],
    ["no name", { id: undefined }],
    ["half a generation", { generation: 1.5 }],
  ])("%s is damage", (_, part) => {
    expect(() => readPositionRow({ ...position, ...part })).toThrow(DamageError);
  });

  test("no row at all is damage", () => {
    expect(() => readPositionRow(undefined)).toThrow(DamageError);
  });
});
