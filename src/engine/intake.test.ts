/** Whatever the source, the same endpoints are taken, and what is left out is remembered with its reason. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ClusterName, defaultCluster } from "../records/cluster.ts";
import type { Endpoint } from "../records/endpoint.ts";
import { type ClusterFeed, watchFeed } from "../records/feed.ts";
import { recordLimits } from "../records/limits.ts";
import { type TestApp, makeTestApp } from "../../test/support/test-app.ts";
import { Intake, type Unread } from "./intake.ts";
import { LeftOutMemory } from "./left-out.ts";

const from = { cluster: defaultCluster, feed: watchFeed };
const fine: Endpoint = { dnsName: "a.dtk.io", recordType: "A", targets: ["192.0.2.1"], unknownKey: [1] };
const large: Endpoint = { ...fine, dnsName: "large.dtk.io", labels: { note: "x".repeat(recordLimits.bytes) } };
const noChange = { create: [], updateOld: [], updateNew: [], delete: [] };
const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

let app: TestApp;
let leftOut: LeftOutMemory;
let intake: Intake;

beforeEach(async () => {
  app = await makeTestApp();
  await app.call("POST /domains", { body: "dtk.io" });
  leftOut = new LeftOutMemory(log);
  intake = new Intake(app.reconciler, leftOut);
});
afterEach(() => app[Symbol.asyncDispose]());

function offer(to: ClusterFeed, endpoints: readonly Endpoint[], unread: readonly Unread[] = []): readonly Endpoint[] {
  const { isWelcome, end } = intake.offer(to);
  const kept = endpoints.filter(isWelcome);
  end(unread);
  return kept;
}

function reasons(): readonly string[] {
  return leftOut.list().map(({ name, reason }) => `${name.slice(0, 20)} ${reason}`);
}

function stored(): readonly unknown[] {
  const read = app.reconciler.read((store) => [...Iterator.from(store.endpointsJSON(defaultCluster, watchFeed))]);
  return JSON.parse(read.join("")) as unknown[];
}

test("an offer keeps the managed names, the very values, and says why of the others", async () => {
  const other = { ...fine, dnsName: "a.other.io" };
  const bad = { ...fine, dnsName: "a..dtk.io" };
  const odd = { ...fine, recordType: "odd type" };
  const kept = offer(from, [other, fine, bad, odd, large], [{ name: "?", reason: "not-an-endpoint" }]);
  expect(kept).toHaveLength(1);
  expect(kept[0]).toBe(fine);
  expect(reasons()).toEqual([
    "? not-an-endpoint",
    "a.other.io not-managed",
    "a..dtk.io not-a-dns-name",
    "a.dtk.io record-type-unknown",
    "large.dtk.io record-too-large",
  ]);
  expect(stored()).toEqual([]);
  offer(from, [fine]);
  expect(reasons()).toEqual([]);
});

test("a cluster that is not configured may have nothing", async () => {
  expect(offer({ ...from, cluster: "new" as ClusterName }, [fine])).toEqual([]);
});

test("a change takes what fits, and deletes what no limit would let in", async () => {
  expect(await intake.take(from, { ...noChange, create: [fine, large] })).toEqual({ ok: true });
  expect(stored()).toEqual([fine]);
  expect(reasons()).toEqual(["large.dtk.io record-too-large"]);
  const small = { ...large, labels: {} };
  expect(await intake.take(from, { ...noChange, create: [small] })).toEqual({ ok: true });
  expect(await intake.take(from, { ...noChange, delete: [large], updateOld: [fine], updateNew: [large] })).toEqual({
    ok: true,
  });
  expect(stored()).toEqual([]);
});

test("a change that cannot be stored says so", async () => {
  const trouble = { code: "state-unavailable", message: "The disk is full.", hint: "Make room." };
  app.breakStore(trouble, "applyInSteps");
  expect(await intake.take(from, { ...noChange, create: [fine] })).toEqual({ ok: false, stored: false, trouble });
});
