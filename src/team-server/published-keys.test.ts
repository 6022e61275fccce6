import { expect, test } from "vitest";
import { PublishedKeys } from "./published-keys.ts";

function put(keys: PublishedKeys, key: string, value: object | string): void {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  keys.take({ key, revision: 1n, item: { key, value: Buffer.from(text), createRevision: 1n, modRevision: 1n } });
}

const base = "/skydns/io/dtk/foo/";

test("a name is held as long as one of its keys says so", () => {
  const keys = new PublishedKeys();
  put(keys, `${base}hfs4`, { host: "192.0.2.1", group: "foo.dtk.io", cluster: "a" });
  put(keys, `${base}hfs6`, { host: "2001:db8::1", group: "foo.dtk.io", cluster: "a" });
  expect([...keys.holders]).toEqual([["foo.dtk.io", "a"]]);
  keys.take({ key: `${base}hfs4`, revision: 1n, item: undefined });
  expect([...keys.holders]).toEqual([["foo.dtk.io", "a"]]);
  put(keys, `${base}hfs6`, { host: "2001:db8::1", group: "foo.dtk.io", cluster: "b" });
  expect([...keys.holders]).toEqual([["foo.dtk.io", "b"]]);
  keys.take({ key: `${base}hfs6`, revision: 1n, item: undefined });
  expect([...keys.holders]).toEqual([]);
});

test("guards and rubbish hold no name, and keys of others are not kept", () => {
  const keys = new PublishedKeys();
  put(keys, `${base}hfs0`, { host: "foo.dtk.io", group: "foo.dtk.io" });
  put(keys, `${base}hfs4`, "rubbish");
  put(keys, `${base}hfs4-2`, { group: "foo.dtk.io", cluster: "No Cluster" });
  put(keys, `${base}1a2b3c4d`, { host: "192.0.2.1", group: "foo.dtk.io", cluster: "a" });
  expect([...keys.holders]).toEqual([]);
  expect(keys.get(`${base}1a2b3c4d`)).toBeUndefined();
  expect([...keys.takeTouched().keys()]).toEqual([`${base}hfs0`, `${base}hfs4`, `${base}hfs4-2`]);
  expect([...keys.takeTouched()]).toEqual([]);
});
