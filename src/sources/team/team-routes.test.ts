/** Who wrote a name of a team that was joined, asked of the desktop's own server. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startEtcdServer } from "../../../test/support/etcd-server.ts";
import { startHere } from "../../../test/support/here.ts";
import { curl } from "../../../test/support/http.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { codes } from "../../etcd/failure.ts";
import { privateNetworks } from "../../records/team.ts";

const key = "/skydns/io/dtk/foo/1a2b3c4d";

/** A server that joined the team dev at an etcd in memory, which has foo.dtk.io. */
async function open() {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(temporaryFolder()).path;
  writeFileSync(join(folder, "hosts"), "127.0.0.1 localhost\n");
  const etcd = opened.use(await startEtcdServer());
  etcd.put({ [key]: JSON.stringify({ host: "10.0.0.1", targetstrip: 1 }) });
  const place = [`--hosts-file=${join(folder, "hosts")}`, `--state-dir=${join(folder, "state")}`];
  const server = opened.use(await startHere(["--host=127.0.0.1", ...place]));
  const body = JSON.stringify({
    name: "dev",
    url: etcd.url,
    domains: ["dtk.io"],
    networks: privateNetworks,
    mostNames: 10,
    isInsecure: false,
  });
  expect(await curl(`${server.url}/teams`, { body })).toMatchObject({ status: 200 });
  const owned = opened.move();
  return {
    etcd,
    ask: async (path: string, headers: Readonly<Record<string, string>> = {}) => {
      const answer = await curl(`${server.url}${path}`, { headers });
      return { status: answer.status, body: JSON.parse(answer.text) as unknown };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

test("of a store that does not record it, the key is said with its revision", async () => {
  await using here = await open();
  here.etcd.put({ "/skydns/io/dtk/bar/1": "{}" });
  expect(await here.ask("/teams/dev/names/FOO.dtk.io.")).toEqual({
    status: 200,
    body: { team: "dev", via: here.etcd.place, writings: null, keys: [{ key, revision: "2" }] },
  });
});

test("a name that the team does not have is not asked for, nor one of a team that was not joined", async () => {
  await using here = await open();
  expect(await here.ask("/teams/dev/names/nothing.dtk.io")).toMatchObject({ status: 404 });
  expect(await here.ask("/teams/other/names/foo.dtk.io")).toMatchObject({
    status: 404,
    body: { code: "team-unknown" },
  });
});

test("a store that says no is told in its words", async () => {
  await using here = await open();
  here.etcd.refuse = (method) => (method === "Range" ? { code: codes.permissionDenied, details: "no" } : undefined);
  expect(await here.ask("/teams/dev/names/foo.dtk.io")).toMatchObject({
    status: 502,
    body: { code: expect.stringMatching(/denied/) },
  });
});

test("a page of the web cannot make it ask", async () => {
  await using here = await open();
  expect(await here.ask("/teams/dev/names/foo.dtk.io", { "sec-fetch-site": "cross-site" })).toMatchObject({
    status: 403,
  });
});
