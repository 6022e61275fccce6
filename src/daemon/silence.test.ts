/** A cluster's silence is counted while the server runs, and one that lasts too long ends with the cluster forgotten. */
import { describe, expect, test } from "vitest";
import { makeTestApp, own, webhookMediaType } from "../../test/support/test-app.ts";
import type { ClusterName } from "../records/cluster.ts";
import { watchFeed } from "../records/feed.ts";
import { countSilence } from "./silence.ts";

const hour = 3_600_000;
const headers = { accept: webhookMediaType, "content-type": webhookMediaType };

async function desktop(forgetAfter: number | undefined) {
  const app = await makeTestApp();
  await app.call("POST /domains", { body: "dtk.io" });
  await app.call("POST /clusters/kind-a/domains", { body: "kind.io" });
  await app.call("POST /clusters/kind-a/clusterip", { body: "192.168.122.9" });
  let now = 0;
  let isBroken = false;
  const failures: unknown[] = [];
  const { reconciler } = app;
  const silence = countSilence({
    reconciler,
    forgetAfter,
    now: () => now,
    failed: (error) => failures.push(error),
    forget: async (name) => {
      if (isBroken) throw new TypeError("a bug");
      await app.forget(name);
    },
  });
  const known = async (): Promise<string[]> => (await app.status()).clusters.map(({ name }) => name);
  return {
    app,
    known,
    failures,
    breakForgetting: (is: boolean) => (isBroken = is),
    callFrom: (cluster: string) => app.call(`GET /clusters/${cluster}/records`, { headers }),
    silenceOf: async (cluster: string) =>
      (await app.status()).clusters.find(({ name }) => name === cluster)?.silentSeconds,
    /** Ticks of ten seconds. */
    run: async (milliseconds: number) => {
      for (let left = milliseconds; left > 0; left -= 10_000) {
        now += 10_000;
        await silence.look();
      }
    },
    sleep: async (milliseconds: number) => {
      now += milliseconds;
      await silence.look();
    },
    [Symbol.asyncDispose]: async () => {
      silence[Symbol.dispose]();
      await app[Symbol.asyncDispose]();
    },
  };
}

describe("with --forget-after", () => {
  test("a silent cluster is forgotten with its names, and one that calls is not", async () => {
    await using here = await desktop(hour);
    await here.callFrom("kind-a");
    const create = [{ dnsName: "foo.kind.io", recordType: "CNAME", targets: ["x"] }];
    await here.app.call("POST /clusters/kind-a/records", { headers, body: JSON.stringify({ create }) });
    await here.run(hour / 2);
    await here.callFrom("kind-a");
    await here.run(hour - 10_000);
    expect(await here.known()).toEqual(["default", "kind-a"]);
    expect((await here.app.status()).names.total).toBe(1);
    await here.run(10_000);
    expect(await here.known()).toEqual(["default"]);
    expect((await here.app.status()).names.total).toBe(0);
    expect(here.app.lines.map(({ message }) => message)).toContain(
      "Cluster kind-a is forgotten, with its records and settings.",
    );
  });

  test("a cluster is silent when all its sources are", async () => {
    await using here = await desktop(hour);
    const callFromWatcher = () =>
      here.app.reconciler.note((memory) =>
        memory.heard(
          { cluster: "kind-a" as ClusterName, feed: watchFeed },
          { at: 0, caller: own, matchedIP: undefined },
        ),
      );
    await here.callFrom("kind-a");
    await here.run(hour / 2);
    callFromWatcher();
    await here.run(hour - 10_000);
    expect(await here.known()).toEqual(["default", "kind-a"]);
    await here.run(10_000);
    expect(await here.known()).toEqual(["default"]);
  });

  test("one that never called is kept, since it may be made tomorrow", async () => {
    await using here = await desktop(hour);
    await here.run(2 * hour);
    expect(await here.known()).toEqual(["default", "kind-a"]);
  });

  test("time in which the machine slept does not count, whatever its clock says", async () => {
    await using here = await desktop(hour);
    await here.callFrom("kind-a");
    for (let night = 0; night < 10; night++) await here.sleep(10 * hour);
    expect(await here.known()).toEqual(["default", "kind-a"]);
    expect(await here.silenceOf("kind-a")).toBe(200);
  });

  test("a disk that fails in between is noted, and the count goes on when it is well", async () => {
    await using here = await desktop(hour);
    await here.callFrom("kind-a");
    here.app.breakStore({ code: "state-unavailable", message: "Broken.", hint: "Repair it." }, "elapse");
    await here.run(20_000);
    expect(await here.silenceOf("kind-a")).toBe(0);
    here.app.breakStore(undefined);
    await here.app.reconciler.reconcile();
    await here.run(20_000);
    expect(await here.silenceOf("kind-a")).toBe(20);
  });

  test("a bug in the forgetting is told, and the next look goes on", async () => {
    await using here = await desktop(hour);
    await here.callFrom("kind-a");
    here.breakForgetting(true);
    await here.run(hour);
    expect(here.failures).toEqual([new TypeError("a bug")]);
    here.breakForgetting(false);
    await here.run(10_000);
    expect(await here.known()).not.toContain("kind-a");
  });

  test("nothing is counted or forgotten while the store cannot be used", async () => {
    await using here = await desktop(hour);
    await here.callFrom("kind-a");
    here.app.breakStore({ code: "state-unavailable", message: "Broken.", hint: "Repair it." });
    await here.callFrom("kind-a");
    await here.run(2 * hour);
    here.app.breakStore(undefined);
    await here.app.reconciler.reconcile();
    expect(await here.silenceOf("kind-a")).toBe(0);
  });
});

test("without it the silence is counted and nothing is forgotten", async () => {
  await using here = await desktop(undefined);
  await here.callFrom("kind-a");
  await here.run(100 * hour);
  expect(await here.silenceOf("kind-a")).toBe(360_000);
  await here.callFrom("kind-a");
  expect(await here.silenceOf("kind-a")).toBe(0);
});
