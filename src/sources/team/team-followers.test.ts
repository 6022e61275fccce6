/** The networks are looked at while a team is followed, and no longer; another network has every team asked again. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { keepTeam } from "../../../test/support/kept-team.ts";
import { followPaths } from "../../contract/follow.ts";
import type { ReconcilerPort } from "../../engine/reconciler-port.ts";
import type { watchSurroundings } from "../../platform/surroundings.ts";
import { parseManagedDomain } from "../../records/managed-domain.ts";
import { privateNetworks, usualMostNames } from "../../records/team.ts";
import { RunningFollowers } from "./team-followers.ts";

const position = { cluster: "1", revision: "10", term: "2" };

/** A team server without names, whose streams stay open. */
async function serve() {
  const asked: string[] = [];
  const server = createServer(({ url = "" }, response) => {
    asked.push(url);
    if (url.startsWith(followPaths.list)) response.end(`${JSON.stringify({ position })}\n`);
    else response.write("{}\n");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: (path: string) => asked.filter((each) => each.startsWith(path)).length,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

test("another network has every team asked again, and nothing is looked at without a team", async () => {
  await using server = await serve();
  const domain = parseManagedDomain("dev.example.com");
  const kept = keepTeam({
    link: {
      url: server.url,
      isInsecure: false,
      follow: { token: `0123456789.${"A".repeat(43)}`, team: "0123456789abcdef" },
    },
    domains: domain === undefined ? [] : [domain],
    networks: privateNetworks,
    mostNames: usualMostNames,
  });
  const looks: Parameters<typeof watchSurroundings>[0][] = [];
  await using followers = new RunningFollowers({
    reconciler: kept.reconciler as ReconcilerPort,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    now: Date.now,
    changed: () => undefined,
    watch: (options) => looks.push(options),
  });
  await followers.sync([]);
  expect(looks).toEqual([]);
  await followers.sync([kept.team()]);
  await followers.sync([kept.team()]);
  await expect.poll(() => followers.facts().map(({ state }) => state)).toEqual(["live"]);
  expect(looks).toHaveLength(1);
  looks[0]?.onChange();
  await expect.poll(() => server.count(followPaths.changes)).toBe(2);
  expect(server.count(followPaths.list)).toBe(1);
  expect(looks[0]?.signal.aborted).toBe(false);
  await followers.sync([]);
  expect(looks[0]?.signal.aborted).toBe(true);
});
