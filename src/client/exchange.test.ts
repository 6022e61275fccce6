/** Against real listeners: our server, one that only records, one that passes on, one that lies; none but ours gets anything. */
import { once } from "node:events";
import { type IncomingMessage, type RequestListener, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { makeTestApp } from "../../test/support/test-app.ts";
import { startServer } from "../http/server.ts";
import { type HTTPRequest, sendRequest } from "../base/request.ts";
import { exchange } from "./exchange.ts";
import { watchToken } from "../contract/token.ts";
import { parseUserName } from "../records/user.ts";
import type { HeldToken } from "./held-token.ts";

const adminToken = "0123456789abcdef0123456789abcdef";
const host = "127.0.0.1";
const token: HeldToken = { text: adminToken, path: "/some/token", isDemanded: true };
const undemanded: HeldToken = { ...token, isDemanded: false };

async function startOurs(options: { readonly adminToken?: string } = { adminToken }) {
  const app = await makeTestApp(options);
  const server = await startServer({ fetch: app.fetch, host, port: 0 });
  return {
    app,
    port: server.address.port,
    [Symbol.asyncDispose]: async () => {
      await server.stop(1000);
      await app[Symbol.asyncDispose]();
    },
  };
}

/** A listener that keeps every byte of what it is asked. */
async function startRecorder(answer: (request: IncomingMessage, body: string) => Promise<Answer> | Answer) {
  const seen: string[] = [];
  const listener: RequestListener = (request, response) => {
    void (async () => {
      const body = await text(request);
      seen.push([request.method, request.url, JSON.stringify(request.rawHeaders), body].join(" "));
      const { status, headers = {}, text: said = "" } = await answer(request, body);
      response.writeHead(status, headers).end(said);
    })();
  };
  const server = createServer(listener).listen(0, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
}

/** Sends on what came, byte for byte, to another port, as a program in the middle would. */
async function passOn(port: number, request: IncomingMessage, body: string): Promise<Answer> {
  const { authorization } = request.headers;
  const answer = await sendRequest({
    host,
    port,
    method: request.method as HTTPRequest["method"],
    path: request.url ?? "",
    headers: { ...(authorization !== undefined && { authorization }) },
    body,
  });
  const headers = Object.entries(answer.headers).filter(([name]) => name.startsWith("hostsfile-server"));
  return { status: answer.status, text: answer.text, headers: Object.fromEntries(headers) as Record<string, string> };
}

const change = { host, method: "POST", path: "/domains", body: "secret.io" } as const;

test("the server is asked, and what it answers is its own", async () => {
  await using ours = await startOurs();
  const changed = await exchange({ ...change, port: ours.port, token });
  expect(changed).toMatchObject({ status: 200, isProven: true });
  const answer = await exchange({ host: "localhost", port: ours.port, method: "GET", path: "/domains", token });
  expect([answer.text, answer.isProven]).toEqual(['["secret.io"]', true]);
  expect((await exchange({ host, port: ours.port, method: "GET", path: "/nowhere?a=%20b", token })).status).toBe(404);
});

test.each([
  { what: "says that it has no token", status: 200, text: "{}" },
  { what: "wants one in plain words", status: 401, text: '{"error":"The token is missing."}' },
  { what: "says anything", status: 200, text: '{"nonce":"abcdefghijklmnopqrst","at":"127.0.0.1:1","proof":"x"}' },
  { what: "knows nothing of challenges, as an older server", status: 404, text: '{"error":"Not Found"}' },
])("who $what learns neither the token nor the request", async ({ status, text: said }) => {
  await using stranger = await startRecorder(() => ({ status, text: said }));
  await expect(exchange({ ...change, port: stranger.port, token })).rejects.toMatchObject({
    code: "server-unproven",
    exitCode: 3,
    message: expect.stringContaining("/some/token"),
  });
  expect(stranger.seen).toHaveLength(1);
  expect(stranger.seen.join()).not.toMatch(/secret\.io|authorization|0123456789abcdef/i);
});

test("a watch token is proven under its user's name, and nothing of it goes over the wire", async () => {
  const dev = parseUserName("dev");
  if (dev === undefined) throw new Error("no user");
  await using ours = await startOurs();
  await using recorder = await startRecorder((request, body) => passOn(ours.port, request, body));
  const watch: HeldToken = { text: watchToken(adminToken, dev), path: "/some/token", isDemanded: true, user: dev };
  const wanted = { host, method: "POST", path: "/watchers/dev/clusters/kind-a/domains", body: "dtk.io" } as const;
  expect(await exchange({ ...wanted, port: ours.port, token: watch })).toMatchObject({ status: 403, isProven: false });
  const asked = { host, method: "GET", path: "/watchers/dev/domains" } as const;
  expect(await exchange({ ...asked, port: ours.port, token: watch })).toMatchObject({ text: "[]", isProven: true });
  for (const path of ["/status", "/watchers/ann/domains"]) {
    expect((await exchange({ ...asked, path, port: ours.port, token: watch })).status).toBe(401);
  }
  await expect(exchange({ ...wanted, port: recorder.port, token: watch })).rejects.toThrow("passes on");
  expect(recorder.seen).toEqual([expect.stringContaining("&user=dev")]);
  expect(recorder.seen.join()).not.toContain(watch.text.slice(-20));
});

test("a relay that passes the challenge on to the real server gets no request to pass on", async () => {
  await using ours = await startOurs();
  await using relay = await startRecorder((request, body) => passOn(ours.port, request, body));
  await expect(exchange({ ...change, port: relay.port, token })).rejects.toMatchObject({
    code: "server-relayed",
    message: expect.stringContaining(`${host}:${ours.port}`),
  });
  expect(relay.seen.map((line) => line.split("?")[0])).toEqual(["POST /challenge"]);
  expect((await ours.app.status()).clusters).toMatchObject([{ domains: [] }]);
});

test("a relay that lies about the address it was called at is detected", async () => {
  await using ours = await startOurs();
  await using relay = await startRecorder(async (request, body) => {
    const answer = await passOn(ours.port, request, body);
    return { ...answer, text: answer.text?.replace(String(ours.port), String(relay.port)) ?? "" };
  });
  await expect(exchange({ ...change, port: relay.port, token })).rejects.toMatchObject({ code: "server-unproven" });
  expect(relay.seen).toHaveLength(1);
});

test("a program that takes the port between challenge and request cannot lie, and what it heard opens nothing else", async () => {
  await using app = await makeTestApp({ adminToken });
  let port = 0;
  // The real server, as it was at that port a moment ago.
  const bindings = () => ({ caller: host, local: { address: host, port } });
  await using server = await startServer({ fetch: (request) => app.fetch(request, bindings()), host, port: 0 });
  const shown: string[] = [];
  await using liar = await startRecorder(async (request, body) => {
    if (request.url?.startsWith("/challenge") === true) return passOn(server.address.port, request, body);
    shown.push(request.headers.authorization ?? "");
    return { status: 200, text: "" };
  });
  ({ port } = liar);
  await expect(exchange({ ...change, port, token })).rejects.toMatchObject({
    code: "server-unproven",
    message: expect.stringContaining("so it was ignored"),
  });
  const [authorization = ""] = shown;
  const send = async (other: object) =>
    (await sendRequest({ ...change, headers: { authorization }, ...other, port: server.address.port })).status;
  expect(await send({ body: "evil.io" })).toBe(401);
  expect(await send({ path: "/clusterip" })).toBe(401);
  expect(liar.seen.join()).not.toContain(adminToken);
  expect((await app.status()).clusters).toMatchObject([{ domains: [] }]);
});

test("an installed token is proven to the server that has it, and another server without one is believed", async () => {
  await using ours = await startOurs();
  await using without = await startOurs({});
  const asked = { host, method: "GET", path: "/domains" } as const;
  expect(await exchange({ ...asked, port: ours.port, token: undemanded })).toMatchObject({ isProven: true });
  expect(await exchange({ ...asked, port: without.port, token: undemanded })).toMatchObject({
    status: 200,
    isProven: false,
  });
  await expect(exchange({ ...asked, port: without.port, token })).rejects.toMatchObject({ code: "server-unproven" });
});
