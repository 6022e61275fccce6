/** Ingresses must be watched where there are some with managed names. */
import { expect, test } from "vitest";
import { chainOf, here } from "../../../test/support/external-dns.ts";
import { judgeSources } from "./external-dns-sources.ts";

const services = chainOf({ settings: { sources: ["service"] } });

test("watched", () => {
  const chain = chainOf({ settings: { sources: ["ingress", "crd"] } });
  expect(judgeSources(chain, 1, here)).toEqual({ grade: "ok", message: "ExternalDNS watches ingress, crd." });
});

test("not watched: a problem when there are some, and else a note", () => {
  expect(judgeSources(services, 2, here)).toMatchObject({
    grade: "problem",
    code: "sources-without-ingress",
    command: expect.stringContaining(`--set-json 'sources=["service","ingress"]'`),
  });
  expect(judgeSources(services, 0, here).grade).toBe("note");
});
