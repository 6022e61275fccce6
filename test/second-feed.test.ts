/** There is room for a second feed of a cluster: names are united, and each source sees and deletes only its own records. */
import { expect, test } from "vitest";
import { createWarnOnce } from "../src/base/warn-once.ts";
import { Intake } from "../src/engine/intake.ts";
import { LeftOutMemory } from "../src/engine/left-out.ts";
import { Bodies } from "../src/http/bodies.ts";
import { defaultLimits, receiveBody, roomFor } from "../src/http/limits.ts";
import type { ClusterName } from "../src/records/cluster.ts";
import { watchFeed } from "../src/records/feed.ts";
import { webhookRoutes } from "../src/sources/webhook/routes.ts";
import { type TestApp, makeTestApp, own, webhookMediaType } from "./support/test-app.ts";

interface Source {
  readonly list: () => Promise<readonly string[]>;
  readonly change: (changes: object) => Promise<number>;
}

interface Scene extends AsyncDisposable {
  readonly app: TestApp;
  readonly externalDNS: Source;
  readonly watch: Source;
  /** The shown names with their addresses. */
  readonly shown: () => readonly string[];
}

type Fetch = (request: Request) => Response | Promise<Response>;

function sourceAt(path: string, fetch: Fetch): Source {
  const send = async (init?: RequestInit): Promise<Response> => {
    const headers = { host: "localhost:5000", accept: webhookMediaType, "content-type": webhookMediaType };
    return fetch(new Request(`http://localhost:5000${path}/records`, { headers, ...init }));
  };
  return {
    list: async () => {
      const records = (await (await send()).json()) as { dnsName: string; recordType: string }[];
      return records.map(({ dnsName, recordType }) => `${dnsName} ${recordType}`);
    },
    change: async (changes) => (await send({ method: "POST", body: JSON.stringify(changes) })).status,
  };
}

/** The watcher's routes are beside the server's own, as a second source has them. */
async function makeScene(): Promise<Scene> {
  const app = await makeTestApp();
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const routes = webhookRoutes({
    feed: watchFeed,
    paths: ["/clusters/:cluster/feeds/watch"],
    reconciler: app.reconciler,
    admit: (_, next) => next(),
    receive: receiveBody(defaultLimits, new Bodies(roomFor(defaultLimits))),
    intake: new Intake(app.reconciler, new LeftOutMemory(log)),
    describeCaller: (text) => (text === undefined ? undefined : { text, followable: undefined }),
    now: Date.now,
    warnOnce: createWarnOnce({ log, now: Date.now }),
    log,
    negotiated: () => {},
  });
  await app.call("POST /clusters/kind/domains", { body: "dtk.io" });
  await app.call("POST /clusters/kind/clusterip", { body: "192.0.2.7" });
  return {
    app,
    externalDNS: sourceAt("/clusters/kind", (request) => app.fetch(request, { caller: own })),
    watch: sourceAt("/clusters/kind/feeds/watch", (request) => routes.fetch(request, { caller: own })),
    shown: () => app.reconciler.state().view.entries.map(({ name, addresses }) => [name, ...addresses].join(" ")),
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

function endpoint(dnsName: string, ...targets: string[]): object {
  return { dnsName, recordType: "A", targets, labels: { resource: `ingress/default/${dnsName}` } };
}

test("names are united, and each feed sees and deletes only its own records", async () => {
  await using scene = await makeScene();
  const { externalDNS, watch, shown, app } = scene;
  const [both, only] = [endpoint("both.dtk.io", "192.0.2.1"), endpoint("only.dtk.io", "192.0.2.2")];
  expect(await externalDNS.change({ create: [both, endpoint("x.other.io", "192.0.2.3")] })).toBe(204);
  expect(await watch.change({ create: [both, only, endpoint("x.other.io", "192.0.2.4")] })).toBe(204);
  expect(await externalDNS.list()).toEqual(["both.dtk.io A", "x.other.io A"]);
  expect(await watch.list()).toEqual(["both.dtk.io A", "only.dtk.io A", "x.other.io A"]);
  expect(shown()).toEqual(["both.dtk.io 192.0.2.7", "only.dtk.io 192.0.2.7"]);
  const { clusters, notShown, contested } = await app.status();
  expect(clusters.find(({ name }) => name === "kind")).toMatchObject({ shown: 2, records: { A: 5 } });
  expect([notShown.total, contested.total]).toEqual([1, 0]);

  expect(await externalDNS.change({ delete: [both, only] })).toBe(204);
  expect(await externalDNS.list()).toEqual(["x.other.io A"]);
  expect(await watch.list()).toEqual(["both.dtk.io A", "only.dtk.io A", "x.other.io A"]);
  expect(shown()).toEqual(["both.dtk.io 192.0.2.7", "only.dtk.io 192.0.2.7"]);
  expect(await watch.change({ delete: [both] })).toBe(204);
  expect(shown()).toEqual(["only.dtk.io 192.0.2.7"]);
});

test("an update of one feed leaves the other's record as it was sent", async () => {
  await using scene = await makeScene();
  const { externalDNS, watch, app } = scene;
  await app.call("POST /clusters/kind/targets", { body: "record" });
  const old = endpoint("a.dtk.io", "192.0.2.1");
  await externalDNS.change({ create: [old] });
  await watch.change({ create: [old] });
  await watch.change({ updateOld: [old], updateNew: [endpoint("a.dtk.io", "192.0.2.2", "fd00::2")] });
  expect(scene.shown()).toEqual(["a.dtk.io 192.0.2.1 192.0.2.2 fd00::2"]);
  const list = await app.call("GET /clusters/kind/records");
  expect(await list.json()).toEqual([old]);
  await externalDNS.change({ delete: [old] });
  expect(scene.shown()).toEqual(["a.dtk.io 192.0.2.2 fd00::2"]);
});

test("a call of the watcher is not a sign of life of ExternalDNS", async () => {
  await using scene = await makeScene();
  await scene.watch.change({ create: [endpoint("a.dtk.io", "192.0.2.1")] });
  const { clusters } = await scene.app.status();
  expect(clusters.find(({ name }) => name === "kind")).toMatchObject({ lastHeard: null, caller: null });
  const cluster = "kind" as ClusterName;
  const contact = scene.app.reconciler.read(({ memory }) => memory.contact({ cluster, feed: watchFeed }));
  expect(contact).toMatchObject({ heardAt: expect.any(Number), caller: own });
});

test("a cluster that is forgotten takes the records of all its feeds along", async () => {
  await using scene = await makeScene();
  await scene.externalDNS.change({ create: [endpoint("a.dtk.io", "192.0.2.1")] });
  await scene.watch.change({ create: [endpoint("b.dtk.io", "192.0.2.1")] });
  expect((await scene.app.call("DELETE /clusters/kind")).status).toBe(200);
  expect(scene.shown()).toEqual([]);
  await scene.app.call("POST /clusters/kind/domains", { body: "dtk.io" });
  expect(await scene.watch.list()).toEqual([]);
});
