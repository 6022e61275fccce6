/** The routes of a watcher before a real store: what is kept of whose cluster, and which sentence a refusal has. */
import { expect, test } from "vitest";
import { type TestApp, guest, makeTestApp, neighbour } from "../../../test/support/test-app.ts";
import { watchToken, webhookToken } from "../../contract/token.ts";
import { parseClusterName } from "../../records/cluster.ts";
import { watchLimits } from "../../records/limits.ts";
import { parseManagedDomain } from "../../records/managed-domain.ts";
import { parseUserName } from "../../records/user.ts";

const adminToken = "admin-token-of-this-test";
const watchDomains = ["dtk.io"].flatMap((name) => parseManagedDomain(name) ?? []);

function tokenOf(name: string): string {
  const user = parseUserName(name);
  if (user === undefined) throw new Error(name);
  return watchToken(adminToken, user);
}

interface Asked {
  readonly body?: string;
  readonly token?: string;
  readonly from?: string;
}

async function ask(app: TestApp, request: string, { body, token, from }: Asked = {}): Promise<[number, string]> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await app.call(request, { headers, from, ...(body !== undefined && { body }) });
  return [answer.status, await answer.text()];
}

function ownerOf(app: TestApp, name: string): string | undefined {
  const cluster = parseClusterName(name);
  return cluster && app.reconciler.read((store) => store.cluster(cluster)?.settings.user);
}

const kindA = "/watchers/dev/clusters/kind-a";
const record = '{"create":[{"dnsName":"foo.dtk.io","targets":["foo.dtk.io"],"recordType":"CNAME"}]}';

test("a watch token makes a cluster of its user, feeds it and forgets it, and nothing else of it is anybody's", async () => {
  await using app = await makeTestApp({ adminToken, watchDomains });
  const [dev, ann] = [{ token: tokenOf("dev") }, { token: tokenOf("ann") }];
  expect(await ask(app, "GET /watchers/dev/domains", dev)).toEqual([200, '["dtk.io"]']);
  expect(await ask(app, `POST ${kindA}/domains`, { ...dev, body: "dtk.io" })).toEqual([200, ""]);
  expect(await ask(app, `POST ${kindA}/clusterip`, { ...dev, body: "192.0.2.7" })).toEqual([200, ""]);
  expect(await ask(app, `POST ${kindA}/targets`, { ...dev, body: "cluster" })).toEqual([200, ""]);
  expect(await ask(app, `POST ${kindA}/records`, { ...dev, body: record })).toEqual([204, ""]);
  expect(ownerOf(app, "kind-a")).toBe("dev");
  expect(await ask(app, `GET ${kindA}/records`, dev)).toEqual([200, expect.stringContaining("foo.dtk.io")]);

  const ofAnn = "/watchers/ann/clusters/kind-a";
  for (const request of [
    `GET ${ofAnn}/records`,
    `POST ${ofAnn}/records`,
    `DELETE ${ofAnn}`,
    `POST ${ofAnn}/clusterip`,
  ]) {
    const [status, text] = await ask(app, request, { ...ann, ...(request.startsWith("POST") && { body: record }) });
    expect([status, JSON.parse(text)]).toEqual([
      403,
      {
        error: "The cluster kind-a is fed by the watcher of dev, so that of ann may not touch it.",
        hint: expect.stringContaining("Rename the context"),
        command: "sudo hostsfile-server clear --cluster kind-a",
        code: "cluster-of-another",
      },
    ]);
  }
  expect(app.lines.filter(({ message }) => message.includes("so that of ann may not"))).toHaveLength(1);
  expect(await ask(app, `DELETE ${kindA}`, dev)).toEqual([200, ""]);
  expect(ownerOf(app, "kind-a")).toBeUndefined();
});

test("a watch token opens its user's path alone, and other tokens do not open that", async () => {
  await using app = await makeTestApp({ adminToken });
  const cluster = parseClusterName("kind-a");
  if (cluster === undefined) throw new Error("no cluster's name");
  const dev = tokenOf("dev");
  for (const token of [undefined, tokenOf("ann"), webhookToken(adminToken, cluster), dev.replace("/dev/", "/root/")]) {
    expect((await ask(app, "GET /watchers/dev/domains", { ...(token !== undefined && { token }) }))[0]).toBe(401);
    expect((await ask(app, `GET ${kindA}/records`, { ...(token !== undefined && { token }) }))[0]).toBe(401);
  }
  expect((await ask(app, "GET /watchers/dev/domains", { token: adminToken }))[0]).toBe(200);
  const others = [
    ["GET /watchers/ann/domains", "GET /watchers/ann/clusters/kind-a/domains", "GET /domains", "POST /domains"],
    ["GET /records", "POST /records", "GET /clusters/kind-a/records", "POST /clusters/kind-a/domains"],
    ["DELETE /clusters", "DELETE /clusters/kind-a", "GET /adopt", "POST /adopt", "GET /status", "GET /names"],
    ["GET /metrics", "GET /events", "POST /open"],
  ].flat();
  for (const request of others) {
    const body = request.startsWith("POST") ? { body: "dtk.io" } : {};
    expect([request, (await ask(app, request, { token: dev, ...body }))[0]]).toEqual([request, 401]);
  }
});

test("without a token this machine alone may be any user's watcher", async () => {
  await using app = await makeTestApp();
  expect((await ask(app, `POST ${kindA}/domains`, { body: "any.io" }))[0]).toBe(200);
  expect(ownerOf(app, "kind-a")).toBe("dev");
  for (const from of [guest, neighbour]) {
    expect((await ask(app, `POST ${kindA}/domains`, { body: "any.io", from }))[0]).toBe(403);
    expect((await ask(app, "GET /watchers/dev/domains", { from }))[0]).toBe(403);
  }
  // Two users with a context of one name do not take turns in each other's records.
  expect((await ask(app, "GET /watchers/ann/clusters/kind-a/records"))[0]).toBe(403);
});

test("a cluster that dtk made becomes a user's by the first change, where no token is needed", async () => {
  await using app = await makeTestApp();
  await ask(app, "POST /clusters/kind-a/domains", { body: "dtk.io" });
  expect((await ask(app, `GET ${kindA}/domains`))[0]).toBe(200);
  expect(ownerOf(app, "kind-a")).toBeUndefined();
  expect((await ask(app, `POST ${kindA}/records`, { body: record }))[0]).toBe(204);
  expect(ownerOf(app, "kind-a")).toBe("dev");
});

test("what the owner gives of a watched cluster stays, until the watcher is told otherwise", async () => {
  await using app = await makeTestApp();
  const get = async (what: string): Promise<string> => (await ask(app, `GET /clusters/kind-a/${what}`))[1];
  const set = async (at: string, what: string, body: string): Promise<void> => {
    expect(await ask(app, `POST ${at}/${what}`, { body })).toEqual([200, ""]);
  };
  // Before a watcher feeds the cluster, nobody gave anything that it would have to leave.
  await set("/clusters/kind-a", "targets", "record");
  await set(kindA, "targets?unless-given", "cluster");
  await set(kindA, "clusterip?unless-given", "192.0.2.7");
  expect([await get("targets"), await get("clusterip")]).toEqual(['"cluster"', '"192.0.2.7"']);
  await set("/clusters/kind-a", "targets", "record");
  await set(kindA, "targets?unless-given", "cluster");
  await set(kindA, "clusterip?unless-given", "192.0.2.8");
  expect([await get("targets"), await get("clusterip")]).toEqual(['"record"', '"192.0.2.8"']);
  await set("/clusters/kind-a", "clusterip", "192.0.2.9");
  await set(kindA, "clusterip?unless-given", "192.0.2.8");
  await set(kindA, "targets", "cluster");
  await set(kindA, "targets?unless-given", "record");
  expect([await get("targets"), await get("clusterip")]).toEqual(['"record"', '"192.0.2.9"']);
});

test("what dtk made, a domain that is not allowed, and one cluster too many, each in a sentence with its cure", async () => {
  await using app = await makeTestApp({ adminToken, watchDomains });
  const dev = { token: tokenOf("dev") };
  await ask(app, "POST /clusters/kind-b/domains", { token: adminToken, body: "dtk.io" });
  const refusals: readonly [string, string, string][] = [
    ["POST /watchers/dev/clusters/kind-b/domains", "dtk.io", "was not made by a watcher"],
    [
      `POST ${kindA}/domains`,
      "dtk.io,evil.io",
      "Watchers may not have names in evil.io, but in these domains: dtk.io.",
    ],
    ["POST /watchers/dev/clusters/default/domains", "dtk.io", "No watcher may change the cluster default"],
  ];
  for (const [request, body, sentence] of refusals) {
    expect(await ask(app, request, { ...dev, body })).toEqual([403, expect.stringContaining(sentence)]);
  }
  const numbers = Array.from({ length: watchLimits.clusters + 8 }, (_, number) => number);
  const answers = numbers.map(async (number) =>
    ask(app, `POST /watchers/dev/clusters/c${number}/domains`, { ...dev, body: "dtk.io" }),
  );
  const refused = (await Promise.all(answers)).filter(([status]) => status === 403);
  expect(refused).toHaveLength(8);
  expect(refused[0]?.[1]).toContain(`The watcher of dev feeds ${watchLimits.clusters} clusters`);
  expect((await ask(app, "POST /watchers/ann/clusters/d/domains", { token: tokenOf("ann"), body: "dtk.io" }))[0]).toBe(
    200,
  );
});

test("a domain that was taken from watchers goes from their clusters with the next request", async () => {
  await using app = await makeTestApp({ adminToken });
  const dev = { token: tokenOf("dev") };
  await ask(app, "POST /domains", { token: adminToken, body: "dtk.io,gone.io" });
  expect((await ask(app, `POST ${kindA}/domains`, { ...dev, body: "dtk.io,gone.io" }))[0]).toBe(200);
  await ask(app, "DELETE /domains/gone.io", { token: adminToken });
  expect(await ask(app, `GET ${kindA}/domains`, dev)).toEqual([200, '["dtk.io"]']);
  const said = app.lines.filter(({ level }) => level === "info").map(({ message }) => message);
  expect(said.at(-1)).toContain("It has no longer the domains gone.io, which watchers may not use.");
});

test("a text that names no user is refused", async () => {
  await using app = await makeTestApp();
  const answer = await ask(app, "POST /watchers/a%20b/clusters/kind-a/domains", { body: "dtk.io" });
  expect(answer).toEqual([400, expect.stringContaining("cannot name a user")]);
});
