/** A cluster's name and IP as they may be given. */
import { expect, test } from "vitest";
import { parseClusterIPs, parseClusterName } from "./cluster.ts";

test.each([
  [["192.168.122.167"], ["192.168.122.167"]],
  [
    [" FD00::1 ", "192.168.122.167"],
    ["192.168.122.167", "fd00::1"],
  ],
  [["127.0.0.1"], ["127.0.0.1"]],
])("the cluster IP %j is %j", (texts, expected) => {
  expect(parseClusterIPs(texts)).toEqual(expected);
});

test.each([
  [[]],
  [[""]],
  [["host.dtk.io"]],
  [["192.0.2.1", "192.0.2.2"]],
  [["0.0.0.0"]],
  [["::"]],
  [["fe80::1"]],
  [["192.0.2.1", "x"]],
])("%j is not a cluster IP", (texts) => {
  expect(parseClusterIPs(texts)).toBeUndefined();
});

test.each(["kind-a", "default", "1", "a".repeat(63)])("%j is a cluster's name", (text) => {
  expect(parseClusterName(text)).toBe(text);
});

test.each(["", "Kind", "a.b", "-a", "a-", "a_b", "a/b", "a".repeat(64), "ü"])("%j is not a cluster name", (text) => {
  expect(parseClusterName(text)).toBeUndefined();
});
