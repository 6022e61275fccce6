/** What a browser cannot hide, and which names may be in `Host`. */
import { describe, expect, test } from "vitest";
import { browserHeaders, isCrossOrigin, isFromBrowser, isTrustedHost } from "./browser.ts";

const host = "localhost:5000";

/** Whether it comes from a browser, and whether from another origin. */
test.each<[string, Record<string, string>, boolean, boolean]>([
  ["curl", {}, false, false],
  ["a form post of another port", { origin: "http://localhost:8080" }, true, true],
  ["a form post of this port", { origin: "http://localhost:5000" }, true, false],
  ["a form post over https", { origin: "https://localhost:5000" }, true, true],
  ["a page without origin", { origin: "null" }, true, true],
  ["a page of another site", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }, true, true],
  ["a page of another port", { "sec-fetch-site": "same-site" }, true, true],
  ["our own page", { "sec-fetch-site": "same-origin" }, true, false],
  ["an address typed by the user", { "sec-fetch-site": "none", "sec-fetch-mode": "navigate" }, true, false],
  ["only a destination", { "sec-fetch-dest": "image" }, true, true],
])("%s", (_, headers, fromBrowser, crossOrigin) => {
  const found = browserHeaders(new Headers({ host, ...headers }));
  expect([isFromBrowser(found), isCrossOrigin(found)]).toEqual([fromBrowser, crossOrigin]);
});

describe("Host", () => {
  const own = new Set(["desktop.example.com"]);

  test.each([
    "localhost",
    "localhost:5000",
    "LOCALHOST:5000",
    "desktop",
    "desktop.example.com:5000",
    "Desktop.Example.Com.",
    "127.0.0.1:5000",
    "192.168.122.1",
    "[::1]:5000",
    "[fd00::1]",
    "[FD00:0:0::1]:5000",
    "[::ffff:192.168.122.1]:5000",
    "[64:ff9b::192.0.2.1]",
    "host.docker.internal:5000",
    "host.minikube.internal",
    "desktop.local",
    "desktop.fritz.lan",
    "desktop.home.arpa",
    "a.localhost",
    "a.test",
  ])("%s is trusted", (name) => {
    expect(isTrustedHost(name, own)).toBe(true);
  });

  test.each([
    undefined,
    "",
    ":5000",
    "evil.com",
    "evil.com:5000",
    "127.0.0.1.evil.com",
    "127.0.0.1.nip.io:5000",
    "localhost.evil.com",
    "example.com",
    "notdesktop.example.com",
    "x.internal.evil.com",
    "evilinternal.com",
    "[::1].evil.com",
    "[evil]",
    "[1:2:3]",
    "[::1",
    "user@localhost",
    "localhost/evil.com",
    "localhost evil.com",
    "evil.com.",
    ".internal",
  ])("%s is not", (name) => {
    expect(isTrustedHost(name, own)).toBe(false);
  });
});
