/** ExternalDNS and a watcher feed one cluster, under one name or two: nothing is lost, one sentence says so, and either may end. */
import { expect, test } from "vitest";
import { type TestApp, makeTestApp, webhookMediaType } from "./support/test-app.ts";
import { reportOf, reportedCluster } from "./support/watcher-report.ts";

const foo = {
  dnsName: "foo.dtk.io",
  recordType: "CNAME",
  targets: ["foo.dtk.io"],
  labels: { resource: "ingress/default/test" },
};
const ownership = {
  dnsName: "cname-foo.dtk.io",
  recordType: "TXT",
  targets: ['"heritage=external-dns,external-dns/owner=default"'],
  labels: { ownedRecord: "foo.dtk.io" },
};

async function send(app: TestApp, prefix: string, changes: object): Promise<void> {
  const headers = { accept: webhookMediaType, "content-type": webhookMediaType };
  const answer = await app.call(`POST ${prefix}/records`, { body: JSON.stringify(changes), headers });
  expect(answer.status).toBe(204);
}

/** Two sources, each with its path, and a watcher that reports the cluster of that name. */
async function makeScene(externalDNS: string, watched: string): Promise<TestApp> {
  const app = await makeTestApp();
  for (const prefix of new Set([externalDNS, `/clusters/${watched}`])) {
    await app.call(`POST ${prefix}/domains`, { body: "dtk.io" });
    await app.call(`POST ${prefix}/clusterip`, { body: "192.0.2.7" });
  }
  await send(app, externalDNS, { create: [foo, ownership] });
  await send(app, `/watchers/ann/clusters/${watched}`, { create: [foo] });
  const clusters = [reportedCluster({ name: watched, context: watched })];
  await app.call("PUT /watchers/ann", { body: JSON.stringify(reportOf({ clusters })) });
  return app;
}

async function look(app: TestApp) {
  const { names, notShown, contested, attention, clusters } = await app.status();
  return {
    names: names.list.map(({ name }) => name),
    exceptions: notShown.total + contested.total,
    codes: attention.map(({ code }) => code),
    commands: attention.map(({ command }) => command),
    clusters: clusters.map(({ name, domains, feeds = [] }) => `${name}: ${domains.join()} ${feeds.join("+")}`),
  };
}

test("under one name: one sentence, and the name stays when ExternalDNS is uninstalled", async () => {
  await using app = await makeScene("/clusters/kind", "kind");
  expect(await look(app)).toMatchObject({
    names: ["foo.dtk.io"],
    exceptions: 0,
    codes: ["fed-twice"],
    commands: ["dtk uninstall-addon external-dns --context kind"],
    clusters: ["default:  ", "kind: dtk.io external-dns+watch"],
  });
  expect((await app.call("DELETE /clusters/kind/feeds/external-dns")).status).toBe(200);
  expect(await look(app)).toMatchObject({
    names: ["foo.dtk.io"],
    codes: [],
    clusters: ["default:  ", "kind: dtk.io watch"],
  });
  expect(app.lines).toContainEqual(
    expect.objectContaining({ fields: { code: "feed-forgotten", cluster: "kind", feed: "external-dns" } }),
  );
});

test("under one name: the name stays when the watcher's context is removed, and the cluster goes with its last source", async () => {
  await using app = await makeScene("/clusters/kind", "kind");
  const ended = reportOf({ ended: true, clusters: [reportedCluster({ name: "kind" })] });
  await app.call("PUT /watchers/ann", { body: JSON.stringify(ended) });
  expect((await look(app)).codes).toEqual(["watch-not-running"]);
  await app.call("DELETE /watchers/ann/clusters/kind");
  expect(await look(app)).toMatchObject({
    names: ["foo.dtk.io"],
    codes: [],
    clusters: ["default:  ", "kind: dtk.io external-dns"],
  });
  await app.call("DELETE /clusters/kind/feeds/external-dns");
  expect(await look(app)).toMatchObject({ names: [], codes: [], clusters: ["default:  "] });
});

test("under two names: one sentence instead of one for each name, and either may end", async () => {
  await using app = await makeScene("", "kind-kind");
  expect(await look(app)).toMatchObject({
    names: ["foo.dtk.io"],
    exceptions: 0,
    codes: ["fed-twice"],
    commands: ["dtk uninstall-addon external-dns --context kind-kind"],
  });
  expect((await app.status()).clusters).toContainEqual(
    expect.objectContaining({ name: "kind-kind", sameAs: "default" }),
  );
  await app.call("DELETE /clusters/default/feeds/external-dns");
  // New clusters of the watcher take their domains from there.
  expect(await look(app)).toMatchObject({
    names: ["foo.dtk.io"],
    codes: [],
    clusters: ["default: dtk.io ", "kind-kind: dtk.io watch"],
  });
});

test("two clusters at one address that share no resource are two clusters", async () => {
  await using app = await makeScene("", "kind-kind");
  await send(app, "/watchers/ann/clusters/kind-kind", { delete: [foo], create: [{ ...foo, dnsName: "bar.dtk.io" }] });
  expect(await look(app)).toMatchObject({ names: ["bar.dtk.io", "foo.dtk.io"], codes: [] });
});

test("a feed or a cluster that does not exist is said, and changes nothing", async () => {
  await using app = await makeScene("/clusters/kind", "kind");
  expect((await app.call("DELETE /clusters/other/feeds/watch")).status).toBe(404);
  expect((await app.call("DELETE /clusters/kind/feeds/UPPER")).status).toBe(404);
  expect((await app.call("DELETE /clusters/kind/feeds/none")).status).toBe(200);
  expect(await look(app)).toMatchObject({ names: ["foo.dtk.io"], codes: ["fed-twice"] });
});
