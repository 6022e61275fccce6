/** Settings are what the flags say, else the defaults of the version. */
import { expect, test } from "vitest";
import { describeSettings, readDuration } from "./settings.ts";

function describe(flags: Readonly<Record<string, readonly string[]>>, version?: readonly [number, number, number]) {
  return describeSettings(new Map(Object.entries(flags)), version);
}

test("nothing given: ExternalDNS's own defaults", () => {
  expect(describe({}, [0, 21, 0])).toEqual({
    provider: "",
    webhookURL: "http://localhost:8888",
    policy: "sync",
    registry: "txt",
    ownerId: "default",
    sources: [],
    domainFilters: [],
    excludedDomains: [],
    annotationPrefix: "external-dns.alpha.kubernetes.io/",
    interval: 60_000,
    hasEvents: false,
  });
});

test.each([
  { version: [0, 21, 0] as const, expected: "external-dns.alpha.kubernetes.io/" },
  { version: [0, 22, 0] as const, expected: "external-dns.kubernetes.io/" },
  { version: undefined, expected: undefined },
])("the annotation prefix of $version", ({ version, expected }) => {
  expect(describe({}, version).annotationPrefix).toBe(expected);
  expect(describe({ "annotation-prefix": ["own.io/"] }, version).annotationPrefix).toBe("own.io/");
});

test("the last of a repeated flag counts, and lists keep all", () => {
  const flags = { policy: ["sync", "upsert-only"], source: ["ingress", "crd"], "domain-filter": ["", "dtk.io"] };
  expect(describe(flags)).toMatchObject({
    policy: "upsert-only",
    sources: ["ingress", "crd"],
    domainFilters: ["dtk.io"],
  });
});

test.each([
  [{ events: [""] }, true],
  [{ events: ["true"] }, true],
  [{ events: ["false"] }, false],
])("%j", (flags, hasEvents) => {
  expect(describe(flags).hasEvents).toBe(hasEvents);
});

test.each([
  ["2s", 2000],
  ["1m0s", 60_000],
  ["1h2m3.5s", 3_723_500],
  ["500ms", 500],
])("%s is %d ms", (text, milliseconds) => {
  expect(readDuration(text)).toBe(milliseconds);
});
