import { expect, test } from "vitest";
import { makeTestApp } from "../../../test/support/test-app.ts";
import type { SinkReport } from "../../engine/sink.ts";
import { reasonsNotReady } from "./readiness.ts";

const full = { code: "state-unavailable", message: "The disk is full.", hint: "Make room." };
const denied = { code: "hosts-file-permission", message: "It may not be written.", hint: "Run it as root." };
const sinks = [
  { id: "hosts-file", title: "hosts file", path: "/etc/hosts" },
  { id: "zone", title: "DNS zone" },
];
const rest = { storeTrouble: undefined, viewTrouble: undefined, sinks };
const reports = new Map<string, SinkReport>([["hosts-file", { ok: false, trouble: denied }]]);

test("ready: no reason", () => {
  expect(reasonsNotReady({ ...rest, ready: true, reports: new Map() })).toEqual([]);
});

test("before the first write the start is the reason, which names each sink that is not written yet", () => {
  const reasons = reasonsNotReady({ ...rest, ready: false, reports: new Map() });
  expect(reasons.map(({ code }) => code)).toEqual(["server-starting"]);
  expect(reasons[0]?.message).toBe(
    "The names have not been written to the hosts file and the DNS zone since the start.",
  );
  const diff = { added: [], removed: [] };
  const written = { ok: true, method: "rename", diff, refused: [], notices: [] } as const;
  const one = reasonsNotReady({ ...rest, ready: false, reports: new Map([["hosts-file", written]]) });
  expect(one[0]?.message).toBe("The names have not been written to the DNS zone since the start.");
});

test("the saved records' trouble comes before the hosts file's", () => {
  expect(reasonsNotReady({ ...rest, ready: false, storeTrouble: full, reports })).toEqual([
    full,
    { ...denied, sink: "hosts-file" },
  ]);
});

test("GET /readyz says them, and that there are none any more", async () => {
  await using app = await makeTestApp();
  const answer = async (): Promise<unknown> => (await app.call("GET /readyz")).json();
  expect(await answer()).toEqual({ ready: true, reasons: [] });
  app.breakSink(denied);
  await app.reconciler.reconcile();
  expect(await answer()).toEqual({ ready: false, reasons: [{ ...denied, isRetried: true, sink: "hosts-file" }] });
});

test("what a terminal gets ends in a line end", async () => {
  await using app = await makeTestApp();
  for (const request of ["GET /healthz", "GET /readyz", "GET /status", "GET /nowhere"]) {
    expect(await (await app.call(request)).text()).toMatch(/[^\n]\n$/);
  }
});
