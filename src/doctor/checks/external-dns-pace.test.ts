/** What makes names come late is a note with the setting that ends it. */
import { expect, test } from "vitest";
import { chainOf, here } from "../../../test/support/external-dns.ts";
import { judgePace } from "./external-dns-pace.ts";

const codes = (given: Parameters<typeof chainOf>[0]) =>
  judgePace(chainOf(given), here).map((finding) =>
    finding.grade === "ok" ? "ok" : `${finding.grade} ${finding.code}`,
  );

test.each([
  { case: "the guide's", given: {}, expected: ["ok"] },
  { case: "the chart's own interval", given: { settings: { interval: 60_000 } }, expected: ["note interval-long"] },
  { case: "events instead of looks", given: { settings: { interval: 60_000, hasEvents: true } }, expected: ["ok"] },
  { case: "events beside looks", given: { settings: { hasEvents: true } }, expected: ["note events-delay"] },
  { case: "before soft errors", given: { version: [0, 14, 1] as const }, expected: ["note external-dns-old"] },
  { case: "an unknown version", given: { version: undefined }, expected: ["ok"] },
])("$case", ({ given, expected }) => {
  expect(codes(given)).toEqual(expected);
});

test("the settings that end it", () => {
  expect(judgePace(chainOf({ settings: { interval: 60_000 } }), here)).toMatchObject([
    { hint: "Let it look every 2 s:", command: expect.stringMatching(/^helm upgrade .* --set interval=2s$/) },
  ]);
});
