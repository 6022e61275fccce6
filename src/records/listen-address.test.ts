/** Places to listen: how they are written, and that none means all addresses. */
import { expect, test } from "vitest";
import { formatListenAddress, parseListenAddress, responderPlaces } from "./listen-address.ts";

test.each([
  ["127.0.0.1", "127.0.0.1:5391"],
  ["192.168.122.1:53", "192.168.122.1:53"],
  ["::1", "[::1]:5391"],
  ["[::1]", "[::1]:5391"],
  ["[FD00::1]:53", "[fd00::1]:53"],
])("%s is %s", (text, place) => {
  const read = parseListenAddress(text);
  expect(read && formatListenAddress(read)).toBe(place);
});

test.each([
  "",
  "0.0.0.0",
  "::",
  "[::]:53",
  "0.0.0.0:53",
  "::ffff:0.0.0.0",
  "224.0.0.251",
  "localhost",
  "127.0.0.1:0",
  "127.0.0.1:65536",
  "127.0.0.1:",
  "127.1",
  "[::1",
])("%s is none", (text) => expect(parseListenAddress(text)).toBeUndefined());

test.each([
  [[], ["127.0.0.1:5391", "[::1]:5391"]],
  [["192.0.2.1"], ["127.0.0.1:5391", "[::1]:5391", "192.0.2.1:5391"]],
  [
    ["127.0.0.1:53", "192.0.2.1", "192.0.2.1"],
    ["[::1]:5391", "127.0.0.1:53", "192.0.2.1:5391"],
  ],
])("with %j it listens on %j", (listed, places) => {
  const read = listed.flatMap((text) => parseListenAddress(text) ?? []);
  expect(responderPlaces(read).map(formatListenAddress)).toEqual(places);
});
