/** Connections on real sockets from many loopback addresses: a refused caller frees its connection, and nobody takes another's place. */
import { once } from "node:events";
import { type Socket, connect } from "node:net";
import { describe, expect, test } from "vitest";
import { readAll, readUntil, send } from "../../test/support/raw-client.ts";
import { makeTestApp, neighbour, own } from "../../test/support/test-app.ts";
import type { ConnectionLimits } from "./connections.ts";
import { startServer } from "./server.ts";

interface Place extends AsyncDisposable {
  /** Opens a connection from an address of 127.0.0.0/8. */
  readonly open: (from: string) => Promise<Socket>;
}

const ownAddress = "127.0.0.1";
const strangers = addresses(1);
const allowed = addresses(2);

/** 127.0.1.1 and so on. */
function addresses(network: number): readonly string[] {
  return Array.from({ length: 40 }, (_, index) => `127.0.${network}.${index + 1}`);
}

/** A server that takes 127.0.0.0/24 for this machine, 127.0.1.0/24 for strangers and the rest for allowed addresses. */
async function openPlace(connections: Partial<ConnectionLimits> = {}, adminToken?: string): Promise<Place> {
  const app = await makeTestApp(adminToken === undefined ? {} : { adminToken });
  const isStranger = (remote = ""): boolean => remote.startsWith("127.0.1.");
  const server = await startServer({
    host: "127.0.0.1",
    port: 0,
    connections,
    fetch: (request, environment) =>
      app.fetch(request, { ...environment, caller: isStranger(environment.caller) ? neighbour : own }),
    judge: (remote = "") => {
      const place = isStranger(remote) ? "stranger" : remote.startsWith("127.0.0.") ? "own" : "allowed";
      return { origin: remote, place };
    },
  });
  const sockets: Socket[] = [];
  return {
    open: async (from) => {
      const socket = connect({ port: server.address.port, host: "127.0.0.1", localAddress: from });
      socket.on("error", () => {});
      sockets.push(socket);
      await once(socket, "connect");
      return socket;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await server[Symbol.asyncDispose]();
      await app[Symbol.asyncDispose]();
    },
  };
}

function get(path: string, more = ""): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
}

/** Asks and keeps the connection. */
async function ask(socket: Socket, more = ""): Promise<string> {
  const answer = readUntil(socket, "\r\n\r\n");
  await send(socket, get("/records", more));
  return answer;
}

/** The requests that came before were answered, so the server has seen every connection that was opened before. */
async function settle(place: Place): Promise<void> {
  const socket = await place.open(ownAddress);
  await ask(socket);
  socket.destroy();
}

function openOf(sockets: readonly Socket[]): number {
  for (const socket of sockets) socket.resume();
  return sockets.filter((socket) => !socket.destroyed && socket.readyState === "open").length;
}

describe("a refused request ends its connection", () => {
  test.each([
    ["a stranger's webhook", strangers[0], get("/records"), 503],
    ["a stranger's status", strangers[0], get("/status"), 403],
    ["a stranger's page", strangers[0], get("/", "Accept: text/html\r\n"), 403],
    ["a stranger's word", strangers[0], get("/healthz"), 403],
    ["a stranger's path that is none", strangers[0], get("/nothing"), 404],
    ["a stranger's Host that is none", strangers[0], get("/").replace("localhost", "a b"), 400],
    ["a web page's, on this machine", ownAddress, get("/records", "Origin: http://evil.com\r\n"), 403],
    ["a foreign name's, on this machine", ownAddress, get("/status").replace("localhost", "evil.com"), 403],
  ])("%s", async (_, from = "", bytes, status) => {
    await using place = await openPlace();
    const socket = await place.open(from);
    const answer = readAll(socket);
    await send(socket, bytes);
    expect(await answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*\r\nConnection: close\r\n`, "i"));
  });

  test("a missing token", async () => {
    await using place = await openPlace({}, "admin-token");
    const socket = await place.open(ownAddress);
    const answer = readAll(socket);
    await send(socket, get("/records"));
    expect(await answer).toMatch(/^HTTP\/1\.1 401 [^]*\r\nConnection: close\r\n/i);
  });

  test("its body may still be on its way: the answer still arrives", async () => {
    await using place = await openPlace();
    const socket = await place.open(strangers[0] ?? "");
    const answer = readAll(socket);
    const body = "x".repeat(1_000_000);
    await send(socket, `POST /records HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    expect(await answer).toMatch(/^HTTP\/1\.1 503 /);
  });
});

describe("strangers", () => {
  test("with 40 addresses share a small allowance, and this machine gets in beside them", async () => {
    await using place = await openPlace({ total: 64, strangers: 16, perStranger: 4 });
    const kept = await place.open(ownAddress);
    expect(await ask(kept)).toMatch(/^HTTP\/1\.1 200 /);
    const theirs: Socket[] = [];
    for (const from of strangers) {
      for (let count = 0; count < 6; count++) theirs.push(await place.open(from));
      expect(await ask(kept)).toMatch(/^HTTP\/1\.1 200 /);
    }
    for (const from of [ownAddress, ...allowed]) expect(await ask(await place.open(from))).toMatch(/^HTTP\/1\.1 200 /);
    await settle(place);
    await expect.poll(() => openOf(theirs)).toBeLessThanOrEqual(16);
    expect(await ask(kept)).toMatch(/^HTTP\/1\.1 200 /);
  });

  test("one of them with few connections is answered beside one with many", async () => {
    await using place = await openPlace({ strangers: 8, perStranger: 4 });
    const [modest = "", ...greedy] = strangers;
    for (const from of greedy.slice(0, 2)) for (let count = 0; count < 4; count++) await place.open(from);
    expect(await ask(await place.open(modest))).toMatch(/^HTTP\/1\.1 503 /);
  });

  test("one that showed a token is none any more: it keeps its connections however many come", async () => {
    await using place = await openPlace({ strangers: 4, perStranger: 2 }, "admin-token");
    const shown = "Authorization: Bearer admin-token\r\n";
    const [holder = "", ...others] = strangers;
    expect(await ask(await place.open(holder), shown)).toMatch(/^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n/i);
    const kept = [await place.open(holder), await place.open(holder), await place.open(holder)];
    for (const from of others) await place.open(from);
    for (const socket of kept) expect(await ask(socket, shown)).toMatch(/^HTTP\/1\.1 200 [^]*keep-alive/i);
  });
});

describe("when there is no room", () => {
  test("a stranger's connection goes first", async () => {
    await using place = await openPlace({ total: 8, strangers: 8, perStranger: 8 });
    const theirs: Socket[] = [];
    for (let count = 0; count < 8; count++) theirs.push(await place.open(strangers[0] ?? ""));
    const ours: Socket[] = [];
    for (let count = 0; count < 7; count++) ours.push(await place.open(ownAddress));
    await settle(place);
    await expect.poll(() => [openOf(theirs), openOf(ours)]).toEqual([0, 7]);
  });

  test("allowed addresses with many connections cost those with few nothing", async () => {
    await using place = await openPlace({ total: 30 });
    const kept = [await place.open(ownAddress), await place.open(allowed[0] ?? "")];
    for (const socket of kept) expect(await ask(socket)).toMatch(/^HTTP\/1\.1 200 /);
    for (const from of allowed.slice(1, 4)) for (let count = 0; count < 40; count++) await place.open(from);
    for (const socket of kept) expect(await ask(socket)).toMatch(/^HTTP\/1\.1 200 /);
    for (const from of [ownAddress, ...allowed]) expect(await ask(await place.open(from))).toMatch(/^HTTP\/1\.1 200 /);
  });
});

test("readers that let large answers lie are cut when these become too many, and others get theirs", async () => {
  const large = "x".repeat(20_000_000);
  await using server = await startServer({
    host: "127.0.0.1",
    port: 0,
    connections: { unsent: 50_000_000 },
    fetch: () => new Response(large),
    judge: (remote = "") => ({ origin: remote, place: "allowed" }),
  });
  const open = async (localAddress: string): Promise<Socket> => {
    const socket = connect({ port: server.address.port, host: "127.0.0.1", localAddress });
    socket.on("error", () => {});
    await once(socket, "connect");
    return socket;
  };
  const deaf: Socket[] = [];
  for (let count = 0; count < 8; count++) {
    const socket = await open("127.0.0.2");
    socket.pause();
    await send(socket, get("/"));
    deaf.push(socket);
  }
  const reader = await open("127.0.0.1");
  const answer = readAll(reader);
  await send(reader, get("/", "Connection: close\r\n"));
  expect((await answer).length).toBeGreaterThan(large.length);
  for (const socket of deaf) socket.resume();
  await expect.poll(() => deaf.filter(({ destroyed }) => destroyed).length).toBeGreaterThanOrEqual(5);
  for (const socket of deaf) socket.destroy();
});
