import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { teamHeader } from "../../../contract/follow.ts";
import type { TeamRow } from "../../../records/team.ts";
import type { KeyChange } from "../skydns/team-model.ts";
import type { TeamNews } from "../team-source.ts";
import { ServersTeamSource } from "./servers-source.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

afterEach(() => void vi.restoreAllMocks());

const from = { cluster: "1", revision: "10", term: "2" };
const team = "0123456789abcdef";
const signal = new AbortController().signal;

async function serve(answer: Answer) {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, [Symbol.asyncDispose]: close };
}

function open(url: string, mostNames = 10): ServersTeamSource {
  const follow = { token: `0123456789.${"A".repeat(43)}`, team };
  return new ServersTeamSource({ link: { url, isInsecure: false, follow }, domains: ["dtk.io"], mostNames });
}

async function list(url: string, mostNames?: number) {
  using source = open(url, mostNames);
  const keys: KeyChange[] = [];
  const result = await source.list((page) => keys.push(...page), signal);
  return { result, keys };
}

async function newsOf(url: string): Promise<readonly TeamNews[]> {
  using source = open(url);
  const news: TeamNews[] = [];
  for await (const each of source.follow(from, signal)) news.push(each);
  return news;
}

const lines = (...values: readonly object[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join("");

test("a list is what came up to its end, and void without it", async () => {
  const text = lines({ set: [["/io/dtk/a/hfs4", "{}"]] }, { set: [["/io/dtk/b/hfs4", "{}"]] }, { position: from });
  await using good = await serve((_request, response) =>
    response.setHeader("content-encoding", "gzip").end(gzipSync(text)),
  );
  expect(await list(good.url)).toEqual({
    result: { ok: true, position: from },
    keys: [
      { key: "/skydns/io/dtk/a/hfs4", value: "{}" },
      { key: "/skydns/io/dtk/b/hfs4", value: "{}" },
    ],
  });
  const bad: readonly Answer[] = [
    (_, response) => response.end(lines({ set: [["/a", "{}"]] })),
    (_, response) => response.end(lines({ position: from }, {})),
    (_, response) => response.setHeader("content-encoding", "gzip").end(gzipSync(text).subarray(0, -12)),
    (_, response) => response.setHeader("content-encoding", "gzip").end(text),
    (_, response) => response.setHeader("content-length", 10_000).write(text, () => response.destroy()),
    (_, response) => response.writeHead(200).end("<html>"),
    (_, response) => response.writeHead(302, { location: "/elsewhere" }).end(),
  ];
  for (const answer of bad) {
    await using place = await serve(answer);
    expect(await list(place.url)).toMatchObject({ result: { ok: false } });
  }
});

test("a list without measure is left, also one that is small on the way", async () => {
  const page = lines({ set: Array.from({ length: 1000 }, (_, index) => [`/io/dtk/n${index}/hfs4`, "x".repeat(200)]) });
  const huge = gzipSync(page.repeat(400));
  await using bomb = await serve((_request, response) => response.setHeader("content-encoding", "gzip").end(huge));
  const { result, keys } = await list(bomb.url);
  expect(result).toMatchObject({ ok: false, trouble: { code: "team-not-a-server" } });
  expect(keys.length).toBeLessThan(40_000);
});

test("what follows is told in order, and a stream that breaks its promises is left", async () => {
  const at = (revision: number, cluster = "1") => ({ cluster, revision: String(revision), term: "2" });
  const told = lines(
    {},
    { set: [["/io/dtk/a/hfs4", "{}"]] },
    { unset: ["/io/dtk/b/hfs4"], position: at(12) },
    { position: at(15) },
  );
  await using good = await serve((_request, response) => response.setHeader(teamHeader, team).end(told));
  expect(await newsOf(good.url)).toMatchObject([
    { kind: "live" },
    { kind: "bookmark", position: at(10) },
    { kind: "changes", position: at(10), changes: [{ key: "/skydns/io/dtk/a/hfs4", value: "{}" }] },
    { kind: "changes", position: at(12), changes: [{ key: "/skydns/io/dtk/b/hfs4", value: undefined }] },
    { kind: "bookmark", position: at(15) },
    { kind: "broken", trouble: { code: "team-unreachable" } },
  ]);
  for (const odd of [
    lines({ position: at(9) }),
    lines({ position: at(11, "7") }),
    "x\n",
    lines({ set: [["a", "b"]] }),
  ]) {
    await using place = await serve((_request, response) => response.end(odd));
    expect((await newsOf(place.url)).at(-1)).toMatchObject({ kind: "broken", trouble: { code: "team-not-a-server" } });
  }
});

test("no answer makes it throw or wait for ever", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 200, max: 599 }), fc.uint8Array({ maxLength: 300 }), async (status, bytes) => {
      await using place = await serve((_request, response) => response.writeHead(status).end(bytes));
      expect((await newsOf(place.url)).at(-1)?.kind).toMatch(/broken|gone/);
      expect((await list(place.url)).result.ok).toBe(false);
    }),
    { numRuns: 50 },
  );
});

test.each([
  [401, { error: "x", code: "team-token-refused" }, "team-token-refused"],
  [403, { error: "It was used.", code: "team-invitation-used" }, "team-invitation-used"],
  [503, { error: "No leader." }, "team-unreachable"],
  [500, "<html>", "team-not-a-server"],
])("a refusal %i is told with its code", async (status, body, code) => {
  await using place = await serve((_request, response) => response.writeHead(status).end(JSON.stringify(body)));
  expect((await list(place.url)).result).toMatchObject({ ok: false, trouble: { code } });
});

const row: TeamRow = {
  entry: { name: "foo.dtk.io", addresses: [], others: [], ttl: undefined, resource: undefined, refused: [] },
  keys: [],
};

async function writingsAt(url: string) {
  using source = open(url);
  return await source.writings(row);
}

test("who wrote a name is what the server says, asked with this desktop's token", async () => {
  const writings = [{ cluster: "a", revision: "7", by: "t1", at: "2026-01-01T00:00:00.000Z" }];
  const asked: unknown[] = [];
  await using good = await serve(({ method, url, headers: { authorization } }, response) => {
    asked.push([method, url, authorization]);
    response.setHeader(teamHeader, team).end(JSON.stringify({ writings, later: "versions say more" }));
  });
  expect(await writingsAt(good.url)).toEqual({ ok: true, found: { via: good.url, writings, keys: [] } });
  expect(asked).toEqual([["GET", "/team/writings?name=foo.dtk.io", `Bearer 0123456789.${"A".repeat(43)}`]]);
});

test("who wrote a name is not known of an older server, of another team, or of what is not an answer", async () => {
  const cases: readonly (readonly [Answer, string])[] = [
    [
      (_, response) => response.writeHead(404).end('{"error":"There is nothing here.","code":"team-request-invalid"}'),
      "team-server-older",
    ],
    [(_, response) => response.writeHead(404).end("<html>"), "team-not-a-server"],
    [(_, response) => response.setHeader(teamHeader, "f".repeat(16)).end('{"writings":[]}'), "team-other-store"],
    [(_, response) => response.end("[]"), "team-not-a-server"],
    [(_, response) => response.end(JSON.stringify({ writings: "x".repeat(1024 * 1024) })), "team-not-a-server"],
    [(_, response) => response.writeHead(503).end('{"error":"etcd is away."}'), "team-unreachable"],
    [(_, response) => response.destroy(), "team-unreachable"],
  ];
  for (const [answer, code] of cases) {
    await using place = await serve(answer);
    expect(await writingsAt(place.url)).toMatchObject({ ok: false, trouble: { code } });
  }
  expect(await writingsAt("http://127.0.0.1:1")).toMatchObject({ ok: false, trouble: { code: "team-unreachable" } });
});

test("where one server is older, the next is asked who wrote a name", async () => {
  await using older = await serve((_, response) =>
    response.writeHead(404).end('{"error":"There is nothing here.","code":"team-request-invalid"}'),
  );
  await using newer = await serve((_, response) => response.end('{"writings":[]}'));
  vi.spyOn(Math, "random").mockReturnValue(0);
  expect(await writingsAt(`${older.url},${newer.url}`)).toMatchObject({ ok: true, found: { via: newer.url } });
});

test("410 says why; another team is not the store; and the next server is asked where one fails", async () => {
  await using gone = await serve((_request, response) => response.writeHead(410).end('{"reason":"older"}'));
  expect(await newsOf(gone.url)).toEqual([{ kind: "gone", reason: "older" }]);
  await using another = await serve((_request, response) =>
    response.setHeader(teamHeader, "f".repeat(16)).end(lines({ position: from })),
  );
  expect((await list(another.url)).result).toMatchObject({ ok: false, trouble: { code: "team-other-store" } });
  let asked = 0;
  await using busy = await serve((_request, response) => {
    asked += 1;
    response.writeHead(503).end('{"error":"no"}');
  });
  await using good = await serve((_request, response) => response.end(lines({ position: from })));
  vi.spyOn(Math, "random").mockReturnValue(0);
  using source = open(`${busy.url},http://127.0.0.1:1,${good.url}`);
  for (let round = 0; round < 10; round += 1) {
    expect(await source.list(() => undefined, signal)).toEqual({ ok: true, position: from });
  }
  // Once one is found that answers, it is stayed with.
  expect(asked).toBe(1);
});
