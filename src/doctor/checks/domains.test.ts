/** Endings with a meaning of their own are named, others are not. */
import { expect, test } from "vitest";
import { judgeDomains } from "./domains.ts";

test.each(["dtk.io", "my.test", "corp.internal", "evillocal", "local.test"])("%s is fine", (domain) => {
  expect(judgeDomains([{ domains: [domain] }])).toEqual([]);
});

test.each([
  { domain: "k8s.local", grade: "warning", code: "domain-local" },
  { domain: "local", grade: "warning", code: "domain-local" },
  { domain: "dtk.localhost", grade: "warning", code: "domain-localhost" },
  { domain: "my.dev", grade: "note", code: "domain-https-only" },
  { domain: "my.app", grade: "note", code: "domain-https-only" },
])("$domain is a $grade: $code", ({ domain, ...wanted }) => {
  expect(judgeDomains([{ domains: [domain] }, { domains: [domain] }])).toMatchObject([wanted]);
});
