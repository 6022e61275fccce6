/** A desktop hears who wrote a name of its domains, and of no other; and however many ask, etcd is asked little at a time. */
import { expect, test } from "vitest";
import { startEtcdServer } from "../../../test/support/etcd-server.ts";
import { curl } from "../../../test/support/http.ts";
import { clusterSettings, followTeamEtcd, recordsOfFoo, teamPrefix } from "../../../test/support/team-etcd.ts";
import { type Credential, formatCredential, hashOfSecret, makeCredential } from "../../contract/invitation.ts";
import { codes } from "../../etcd/failure.ts";
import { parseManagedDomain } from "../../records/managed-domain.ts";
import { writeDesktop } from "../plan/desktop.ts";
import { desktopKey } from "../plan/keys.ts";
import { writeHead, writeMeta } from "../plan/values.ts";
import { Desktops } from "./desktops.ts";
import { FollowRoutes } from "./follow-routes.ts";
import { openFollowServer } from "./follow-server.ts";
import { Hub } from "./hub.ts";
import { ListPages } from "./list-pages.ts";

const at = "2026-01-01T00:00:00.000Z";

/** The value of a desktop that joined for these domains, or all. */
function joined({ secret }: Credential, ...domains: readonly string[]): string {
  const known = domains.flatMap((domain) => parseManagedDomain(domain) ?? []);
  const token = hashOfSecret(secret);
  return writeDesktop({ invitation: "x", domains: known, at, expires: at, joined: { token, desktop: "d", at } });
}

/** A port for desktops whose team has foo.dtk.io, one desktop for all domains and one for ops.io alone. */
async function open() {
  await using opened = new AsyncDisposableStack();
  const etcd = opened.use(await startEtcdServer());
  const [all, ops] = [makeCredential(), makeCredential()];
  etcd.put({
    [`${teamPrefix}/meta`]: writeMeta({ name: "dev", id: "0123456789abcdef" }),
    [`${teamPrefix}/clusters/a`]: clusterSettings,
    [`${teamPrefix}/records/a/foo.dtk.io`]: recordsOfFoo,
    [`${teamPrefix}/heads/a`]: writeHead({ change: "c", by: "t1", at, chunk: 0 }),
    [desktopKey(all.id)]: joined(all),
    [desktopKey(ops.id)]: joined(ops, "ops.io"),
  });
  const { client, follower } = opened.use(await followTeamEtcd(etcd, 2n));
  const gate = { passed: Promise.resolve() };
  const hub = opened.use(new Hub({ publication: () => follower.store?.publication }));
  const routes = new FollowRoutes({
    client: { get: async (...words) => gate.passed.then(() => client.get(...words)) },
    follower,
    desktops: new Desktops({ client, follower, now: Date.now }),
    hub,
    lists: new ListPages(),
    mostFollowers: 10,
  });
  const nothing = (): void => undefined;
  const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  const place = { host: "127.0.0.1", port: 0, tls: undefined, mostConnections: 100 };
  const server = opened.use(await openFollowServer(place, routes, log));
  const owned = opened.move();
  return {
    etcd,
    gate,
    all,
    ops,
    ask: async (query: string, who: Credential, method = "GET") => {
      const headers = { authorization: `Bearer ${formatCredential(who)}` };
      const answer = await curl(`http://127.0.0.1:${server.port}/team/writings${query}`, { method, headers });
      return { status: answer.status, body: JSON.parse(answer.text) as unknown };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

test("a desktop hears who wrote a name, however that is spelled", async () => {
  await using here = await open();
  const writings = [{ cluster: "a", revision: "2", by: "t1", at }];
  expect(await here.ask("?name=foo.dtk.io", here.all)).toEqual({ status: 200, body: { writings } });
  expect(await here.ask("?name=FOO.dtk.io.", here.all)).toEqual({ status: 200, body: { writings } });
  expect(await here.ask("?name=bar.dtk.io", here.all)).toEqual({ status: 200, body: { writings: [] } });
});

test("it hears nothing of a name outside the domains of its invitation", async () => {
  await using here = await open();
  expect(await here.ask("?name=foo.dtk.io", here.ops)).toMatchObject({
    status: 403,
    body: { code: "team-domains-refused" },
  });
  expect(await here.ask("?name=foo.evilops.io", here.ops)).toMatchObject({ status: 403 });
  expect(await here.ask("?name=foo.ops.io", here.ops)).toEqual({ status: 200, body: { writings: [] } });
});

test("who is nobody's desktop, and what is no name, is refused", async () => {
  await using here = await open();
  const stranger = makeCredential(here.all.id);
  expect(await here.ask("?name=foo.dtk.io", stranger)).toMatchObject({
    status: 401,
    body: { code: "team-token-refused" },
  });
  for (const query of ["", "?name=", "?name=a..b", "?name=a%0ab.dtk.io"]) {
    expect(await here.ask(query, here.all)).toMatchObject({ status: 400, body: { code: "team-request-invalid" } });
  }
  expect(await here.ask("?name=foo.dtk.io", here.all, "POST")).toMatchObject({ status: 405 });
});

test("while etcd does not answer the server cannot say, and does not say that nobody did", async () => {
  await using here = await open();
  here.etcd.refuse = (method) => (method === "Range" ? { code: codes.unavailable, details: "away" } : undefined);
  expect(await here.ask("?name=foo.dtk.io", here.all)).toMatchObject({
    status: 503,
    body: { code: "team-server-busy", error: expect.stringContaining("away") },
  });
});

test("eight are answered at a time, and who comes then asks another server", async () => {
  await using here = await open();
  const { promise, resolve } = Promise.withResolvers<void>();
  here.gate.passed = promise;
  const asked = Array.from({ length: 9 }, () => here.ask("?name=foo.dtk.io", here.all));
  // The one too many is answered while the others wait.
  expect(await Promise.race(asked)).toMatchObject({ status: 503, body: { code: "team-server-busy" } });
  resolve();
  const statuses = (await Promise.all(asked)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(8);
  expect(await here.ask("?name=foo.dtk.io", here.all)).toMatchObject({ status: 200 });
});
