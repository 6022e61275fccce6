/** Silence is judged by how often ExternalDNS means to look. */
import { expect, test } from "vitest";
import { chainOf, here, started } from "../../../test/support/external-dns.ts";
import { judgeCalls } from "./external-dns-calls.ts";

const now = Date.parse(started) + 3_600_000;
const ago = (milliseconds: number) => ({ lastHeard: new Date(now - milliseconds).toISOString() });

test.each([
  { silence: 1000, interval: 2000, grade: "ok" },
  { silence: 60_000, interval: 2000, grade: "ok" },
  { silence: 90_000, interval: 2000, grade: "problem" },
  { silence: 200_000, interval: 60_000, grade: "ok" },
  { silence: 300_000, interval: 60_000, grade: "problem" },
])("$silence ms at $interval ms: $grade", ({ silence, interval, grade }) => {
  expect(judgeCalls(chainOf({ settings: { interval }, cluster: ago(silence) }), here, now).grade).toBe(grade);
});

test("silence comes with what starts it again", () => {
  expect(judgeCalls(chainOf({ cluster: ago(1_800_000) }), here, now)).toMatchObject({
    code: "external-dns-silent",
    message: "ExternalDNS runs, and has not called for 30 minutes.",
    hint: "Start it again:",
    command: "kubectl -n external-dns rollout restart deployment external-dns",
    fix: { needsRoot: false },
  });
});

test("never heard of: fine at its start, then not", () => {
  expect(judgeCalls(chainOf(), here, Date.parse(started) + 5000).grade).toBe("ok");
  expect(judgeCalls(chainOf(), here, now)).toMatchObject({ grade: "problem", code: "external-dns-unheard" });
});

test("not heard of since its pod started, whatever the one before it did", () => {
  const chain = chainOf({ cluster: ago(7_200_000) });
  expect(judgeCalls(chain, here, Date.parse(started) + 5000).grade).toBe("ok");
  expect(judgeCalls(chain, here, now)).toMatchObject({
    code: "external-dns-unheard",
    message: "ExternalDNS runs, and the server has not heard of it since it started.",
    hint: "See what it says:",
    command: "kubectl -n external-dns logs deployment/external-dns --tail=20",
  });
});
