import { expect, test } from "vitest";
import { formatEndpoint, isLoopbackEndpoint, parseEtcdURL } from "./address.ts";

test.each([
  ["etcd://e1", ["e1:2379"], ""],
  ["etcd://e1:2379,e2:12379,192.0.2.7", ["e1:2379", "e2:12379", "192.0.2.7:2379"], ""],
  ["etcd://[::1]:2379,[2001:db8::1]", ["[::1]:2379", "[2001:db8::1]:2379"], ""],
  ["etcd://etcd.example.com/skydns/io/dtk", ["etcd.example.com:2379"], "/skydns/io/dtk"],
])("%s names endpoints", (text, endpoints, path) => {
  const url = parseEtcdURL(text);
  expect(url?.endpoints.map(formatEndpoint)).toEqual(endpoints);
  expect(url?.path).toBe(path);
});

test.each([
  "e1:2379",
  "http://e1:2379",
  "etcd://",
  "etcd://e1,",
  "etcd://e1:0",
  "etcd://e1:99999",
  "etcd://u:p@e1",
  "etcd://e 1",
  "etcd://e1?x",
])("%j is no address of etcd", (text) => {
  expect(parseEtcdURL(text)).toBeUndefined();
});

test("only this machine's own endpoints are loopback", () => {
  const { endpoints = [] } = parseEtcdURL("etcd://localhost,127.0.0.9,[::1],e1,127.example.com,192.0.2.1") ?? {};
  expect(endpoints.map(isLoopbackEndpoint)).toEqual([true, true, true, false, false, false]);
});
