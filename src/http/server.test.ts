/** The server on real sockets: bytes, slowness, floods, and an end that cuts nobody short. */
import { once } from "node:events";
import { Agent, type IncomingMessage, createServer, request as httpRequest } from "node:http";
import { type AddressInfo, type Socket, connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { exchange, readAll, readUntil, send } from "../../test/support/raw-client.ts";
import { makeTestApp, webhookMediaType } from "../../test/support/test-app.ts";
import type { Limits } from "./limits.ts";
import { type RunningServer, type ServerOptions, startServer } from "./server.ts";

const accept = `Accept: ${webhookMediaType}\r\n`;

async function start(
  options: Partial<ServerOptions> & { limits?: Limits } = {},
): Promise<RunningServer & { readonly port: number }> {
  const app = await makeTestApp(options.limits === undefined ? {} : { limits: options.limits });
  const server = await startServer({ fetch: app.fetch, host: "127.0.0.1", port: 0, ...options });
  return { ...server, port: server.address.port };
}

function get(path: string, more = "Connection: close\r\n"): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${accept}${more}\r\n`;
}

function post(path: string, body: string, more = "Connection: close\r\n"): string {
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${more}\r\n${body}`;
}

function contentTypes(answer: string): string[] {
  return answer.split("\r\n").filter((line) => /^content-type:/i.test(line));
}

describe("bytes", () => {
  test.each(["/", "/records", "/clusters/default", "/clusters/default/"])(
    "GET %s carries exactly the media type",
    async (path) => {
      await using server = await start();
      const answer = await exchange(server.port, get(path));
      expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(contentTypes(answer)).toEqual(["content-type: application/external.dns.webhook+json;version=1"]);
    },
  );

  test("POST /adjustendpoints does, too", async () => {
    await using server = await start();
    const answer = await exchange(server.port, post("/adjustendpoints", "[]"));
    expect(contentTypes(answer)).toEqual(["content-type: application/external.dns.webhook+json;version=1"]);
    expect(answer.endsWith("\r\n\r\n[]")).toBe(true);
  });

  test("POST /records is a 204 without a byte of body", async () => {
    await using server = await start();
    const answer = await exchange(server.port, post("/records", "{}"));
    expect(answer).toMatch(/^HTTP\/1\.1 204 No Content\r\n/);
    expect(answer.endsWith("\r\n\r\n")).toBe(true);
  });

  test.each([
    ["not HTTP at all", "hello\r\n\r\n", 400],
    ["no Host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
    ["a header that is too large", get("/", `X: ${"x".repeat(20_000)}\r\n`), 400],
    ["an unknown cluster", get("/clusters/unknown"), 503],
    ["a body that is not JSON", post("/records", "nonsense"), 400],
    ["a path that is none", get("/nothing"), 404],
    [
      "a path of an absolute URL with another host",
      get("http://evil.com/records", "Connection: close\r\nOrigin: http://evil.com\r\n"),
      403,
    ],
  ])("%s is answered without the media type", async (_, bytes, status) => {
    await using server = await start();
    const answer = await exchange(server.port, bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).not.toContain("external.dns");
  });

  test.each([
    "[::1]",
    "[0:0:0:0:0:0:0:1]:5000",
    "[::ffff:192.168.122.1]",
    "[::ffff:c0a8:7a01]:5000",
    "[::FFFF:192.168.122.1]",
    "[64:ff9b::192.0.2.1]",
    "[64:ff9b::c000:201]",
    "192.168.122.1:5000",
  ])("Host: %s is an address, however it is spelled", async (host) => {
    await using server = await start();
    for (const path of ["/records", "/status"]) {
      const answer = await exchange(server.port, get(path).replace("localhost", host));
      expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    }
  });

  test.each(["[::ffff:192.168.122.1].evil.com", "[evil]", "[::1"])("Host: %s is none", async (host) => {
    await using server = await start();
    expect(await exchange(server.port, get("/status").replace("localhost", host))).toMatch(/^HTTP\/1\.1 40[03] /);
  });

  test("setting a domain is a 200 with an empty body", async () => {
    await using server = await start();
    const answer = await exchange(server.port, post("/domains", "dtk.io"));
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toMatch(/content-length: 0/i);
  });
});

describe("bodies", () => {
  const limits: Limits = { body: 100_000, allBodies: 400_000, requestsPerAddress: 32 };
  const chunk = `1000\r\n${" ".repeat(0x1000)}\r\n`;
  const head =
    "POST /adjustendpoints HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";

  test("a chunked one is read", async () => {
    await using server = await start({ limits });
    const answer = await exchange(server.port, head, chunk, "2\r\n[]\r\n", "0\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  test("a chunked one that is too large is 413, whole and without a reset", async () => {
    await using server = await start({ limits });
    const answer = await exchange(server.port, head, ...Array.from({ length: 40 }, () => chunk), "0\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain("The body is larger than");
  });

  test("a declared one that is too large is 413 before it comes", async () => {
    await using server = await start({ limits });
    const answer = await exchange(
      server.port,
      "POST /records HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100001\r\nConnection: close\r\n\r\n",
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  test("one that breaks off changes nothing", async () => {
    await using app = await makeTestApp();
    await using server = await startServer({ fetch: app.fetch, host: "127.0.0.1", port: 0 });
    const body = '{"create":[{"dnsName":"foo.dtk.io","recordType":"A"}]}';
    for (const beginning of [
      `POST /records HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length + 1}\r\n\r\n${body}`,
      `POST /records HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n`,
    ]) {
      const socket = connect({ port: server.address.port, host: "127.0.0.1" });
      await send(socket, beginning);
      await sleep(20);
      socket.destroy();
      await once(socket, "close");
    }
    const answer = await exchange(server.address.port, get("/records"));
    expect(answer.endsWith("\r\n\r\n[]")).toBe(true);
  });

  test("one that is announced with Expect is asked for, and then read", async () => {
    await using server = await start();
    const polite = "POST /adjustendpoints HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n";
    const socket = connect(server.port, "127.0.0.1");
    await send(socket, `${polite}Connection: close\r\n\r\n`);
    expect(await readUntil(socket, "\r\n\r\n")).toMatch(/^HTTP\/1\.1 100 /);
    await send(socket, "[]");
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 200 /);
  });

  test("one of 20 MiB passes", async () => {
    await using server = await start();
    const answer = await exchange(server.port, post("/adjustendpoints", "[]".padEnd(20 * 1024 * 1024)));
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe("slowness", () => {
  const timeouts = { header: 200, request: 400, check: 20, keepAlive: 60_000 };

  test.each([
    ["a header that never ends", "GET / HTTP/1.1\r\nHost: localhost\r\n"],
    ["a body that never ends", "POST /records HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{"],
  ])("%s is 503 and never 408", async (_, bytes) => {
    await using server = await start({ timeouts });
    const answer = await exchange(server.port, bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 503 /);
    expect(answer).toMatch(/\r\nConnection: close\r\n/i);
    expect(answer).not.toContain("external.dns");
  });

  test("a client that says nothing is let go", async () => {
    await using server = await start({ timeouts });
    const socket = connect({ port: server.port, host: "127.0.0.1" });
    await readAll(socket);
    expect(socket.destroyed).toBe(true);
  });

  test("slow clients hold up nobody", async () => {
    await using server = await start();
    const slow = Array.from({ length: 20 }, () => connect({ port: server.port, host: "127.0.0.1" }));
    for (const socket of slow)
      await send(socket, "POST /records HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{");
    expect(await exchange(server.port, get("/records"))).toMatch(/^HTTP\/1\.1 200 /);
    for (const socket of slow) socket.destroy();
  });

  test("clients that ask for much and read nothing hold up nobody", async () => {
    const fetch: ServerOptions["fetch"] = ({ url }) =>
      new Response(url.endsWith("/large") ? "x".repeat(20_000_000) : "small");
    await using server = await startServer({ fetch, host: "127.0.0.1", port: 0 });
    const deaf = Array.from({ length: 10 }, () => connect(server.address.port, "127.0.0.1").pause());
    for (const socket of deaf) await send(socket, get("/large"));
    expect(await exchange(server.address.port, get("/"))).toMatch(/small$/);
    for (const socket of deaf) socket.destroy();
  });

  test("an idle connection is kept longer than the time for headers, and than ExternalDNS keeps it", async () => {
    await using server = await start({ timeouts: { ...timeouts, idle: 60_000 } });
    const socket = connect({ port: server.port, host: "127.0.0.1" });
    await send(socket, get("/records", ""));
    const first = await readUntil(socket, "[]");
    await sleep(600);
    await send(socket, get("/records", "Connection: close\r\n"));
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 200 /);
    expect(first).toMatch(/\r\nConnection: keep-alive\r\n/i);
    await using usual = await start();
    const [, seconds] = /timeout=([0-9]+)/.exec((await askOnce(usual.port)).keepAlive) ?? [];
    expect(Number(seconds)).toBeGreaterThan(95);
  });
});

/** Asks and tells the status, or what went wrong, and whether that was on a connection that had answered before. */
async function askForRecords(port: number, agent: Agent): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const request = httpRequest({ port, host: "127.0.0.1", path: "/records", agent }, (response) => {
    response.on("error", (error) => resolve(error.message)).on("end", () => resolve(String(response.statusCode)));
    response.resume();
  });
  request
    .on("error", (error: NodeJS.ErrnoException) =>
      resolve(`${error.code ?? error.message}${request.reusedSocket ? " on a kept connection" : ""}`),
    )
    .end();
  return promise;
}

async function askOnce(port: number): Promise<{ readonly keepAlive: string }> {
  const agent = new Agent({ keepAlive: true });
  const [response]: IncomingMessage[] = await once(
    httpRequest({ port, host: "127.0.0.1", path: "/records", agent }).end(),
    "response",
  );
  response?.resume();
  agent.destroy();
  return { keepAlive: String(response?.headers["keep-alive"]) };
}

test("one address's connections are bounded: 503 with an announced end, then none", async () => {
  await using server = await start();
  const sockets: Socket[] = [];
  for (let count = 0; count < 200; count++) {
    const socket = connect({ port: server.port, host: "127.0.0.1" });
    socket.on("error", () => {});
    sockets.push(socket);
    await once(socket, "connect");
  }
  const [within, beyond] = [sockets[0], sockets[100]];
  if (within === undefined || beyond === undefined) throw new Error("no sockets");
  await send(beyond, get("/records", ""));
  const refused = await readAll(beyond);
  expect(refused).toMatch(/^HTTP\/1\.1 503 /);
  expect(refused).toMatch(/\r\nConnection: close\r\n/i);
  expect(sockets[199]?.destroyed).toBe(true);
  await send(within, get("/records"));
  expect(await readAll(within)).toMatch(/^HTTP\/1\.1 200 /);
  for (const socket of sockets) socket.destroy();
});

describe("requests that are sent without waiting for answers", () => {
  /** Tells how many requests were worked on, and answers each with its number. */
  async function startCounting(judge?: ServerOptions["judge"]) {
    let count = 0;
    const fetch: ServerOptions["fetch"] = async () => {
      const text = `<${++count}>`;
      await sleep(1);
      return new Response(text);
    };
    const server = await startServer({ fetch, host: "127.0.0.1", port: 0, ...(judge && { judge }) });
    return { ...server, port: server.address.port, count: () => count };
  }

  test("are answered in their order", async () => {
    await using server = await startCounting();
    const answer = await exchange(server.port, get("/", "").repeat(20) + get("/"));
    expect(answer.match(/<\d+>/g)).toEqual(Array.from({ length: 21 }, (_, index) => `<${index + 1}>`));
  });

  test("are given up when they are too many, and the connection ends", async () => {
    await using server = await startCounting();
    await exchange(server.port, get("/", "").repeat(1000));
    expect(server.count()).toBeLessThan(40);
  });

  test("are given up after a stranger's first", async () => {
    await using server = await startCounting(() => ({ origin: "", place: "stranger" }));
    const answer = await exchange(server.port, get("/", "").repeat(1000));
    expect([server.count(), answer.match(/<\d+>/g)]).toEqual([1, ["<1>"]]);
  });
});

describe("listening", () => {
  test("on every address by default, and IPv4 callers are known as such", async () => {
    let callers: (string | undefined)[] = [];
    const fetch: ServerOptions["fetch"] = (_, { caller }) => {
      callers = [...callers, caller];
      return new Response("fine");
    };
    await using server = await startServer({ fetch, host: undefined, port: 0 });
    expect(await exchange(server.address.port, get("/"))).toMatch(/^HTTP\/1\.1 200 /);
    expect(callers).toEqual([server.address.family === "IPv6" ? "::ffff:127.0.0.1" : "127.0.0.1"]);
  });

  test("an IPv4 caller of a dual-stack socket is this machine itself", async () => {
    await using server = await start({ host: undefined });
    expect(await exchange(server.port, get("/status"))).toMatch(/^HTTP\/1\.1 200 /);
  });

  test("a port that is taken is a trouble with the way out", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address() as AddressInfo;
    await expect(start({ port: address.port })).rejects.toMatchObject({
      code: "port-taken",
      exitCode: 3,
      message: `Port ${address.port} is taken.`,
      hint: expect.stringContaining("--port"),
      command: `sudo ss -ltnp 'sport = :${address.port}'`,
    });
    other.close();
  });

  test("an address of another machine is a trouble, too", async () => {
    await expect(start({ host: "203.0.113.7" })).rejects.toMatchObject({ code: "address-not-here", exitCode: 3 });
  });
});

describe("stopping", () => {
  test("cuts no request of 1,000 on 50 connections", async () => {
    const server = await start();
    let [answered, announced] = [0, 0];
    const statuses = new Set<number | undefined>();
    const client = async (): Promise<void> => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (let count = 0; count < 20; count++) {
        const request = httpRequest({ port: server.port, host: "127.0.0.1", path: "/records", agent }).end();
        const [response]: IncomingMessage[] = await once(request, "response");
        statuses.add(response?.statusCode);
        for await (const _ of response ?? []) continue;
        answered++;
        // From here on a new connection would be needed, which a stopped server refuses before a byte is sent.
        if (response?.headers.connection !== "close") continue;
        announced++;
        break;
      }
      agent.destroy();
    };
    const clients = Promise.all(Array.from({ length: 50 }, client));
    await sleep(5);
    await server.stop(5000);
    await clients;
    expect([...statuses]).toEqual([200]);
    expect(answered).toBeGreaterThanOrEqual(50);
    expect(announced).toBeGreaterThan(0);
  });

  test("waits for a request in flight, and answers what still comes on kept connections with the announced end", async () => {
    const { promise: release, resolve: letGo } = Promise.withResolvers<void>();
    const fetch: ServerOptions["fetch"] = async (request) => {
      if (request.url.endsWith("/slow")) await release;
      return new Response("done");
    };
    const server = await startServer({ fetch, host: "127.0.0.1", port: 0 });
    const [slow, kept] = [connect(server.address.port, "127.0.0.1"), connect(server.address.port, "127.0.0.1")];
    await send(slow, get("/slow", ""));
    await send(kept, get("/", ""));
    await readUntil(kept, "done");
    const stopped = server.stop(5000);
    await send(kept, get("/", ""));
    expect(await readAll(kept)).toMatch(/\r\nConnection: close\r\n[^]*done$/i);
    letGo();
    expect(await readAll(slow)).toMatch(/\r\nConnection: close\r\n[^]*done$/i);
    await stopped;
    await expect(once(connect(server.address.port, "127.0.0.1"), "connect")).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
  });

  test("a loop of ExternalDNS that has begun can still open connections to end it", async () => {
    const server = await start({ timeouts: { quiet: 1000 } });
    const stopped = server.stop(5000);
    for (const bytes of [get("/records"), post("/adjustendpoints", "[]"), post("/records", "{}")]) {
      expect(await exchange(server.port, bytes)).toMatch(/^HTTP\/1\.1 20[04] /);
    }
    await stopped;
  });

  test("cuts no request while callers keep calling, and lasts no longer for it", async () => {
    const app = await makeTestApp();
    let begun = 0;
    const fetch: typeof app.fetch = (request, environment) => {
      begun += 1;
      return app.fetch(request, environment);
    };
    const server = await startServer({ fetch, host: "127.0.0.1", port: 0 });
    const outcomes: string[] = [];
    const over = new AbortController();
    const client = async (pause: number, keepAlive: boolean): Promise<void> => {
      const agent = new Agent({ keepAlive, maxSockets: 1 });
      while (!over.signal.aborted) {
        outcomes.push(await askForRecords(server.address.port, agent));
        await sleep(pause);
      }
      agent.destroy();
    };
    const clients = [1, 5, 20, 70, 160].flatMap((pause) => [client(pause, true), client(pause, false)]);
    await sleep(300);
    const begin = performance.now();
    await server.stop(20_000);
    // Callers that never pause would make it last for the whole grace.
    expect(performance.now() - begin).toBeLessThan(10_000);
    over.abort();
    await Promise.all(clients);
    expect(outcomes.filter((outcome) => outcome === "200")).toHaveLength(begun);
    // On a busy machine the port can close before the server has seen a new connection, which the kernel then resets.
    const others = new Set(outcomes.filter((outcome) => outcome !== "ECONNRESET"));
    expect([...others].toSorted()).toEqual(["200", "ECONNREFUSED"]);
  });

  test("a body that does not end is answered 503, a small one that is on its way gets through", async () => {
    await using app = await makeTestApp();
    const server = await startServer({ ...app, host: "127.0.0.1", port: 0 });
    const [stuck, slow] = [connect(server.address.port, "127.0.0.1"), connect(server.address.port, "127.0.0.1")];
    const head = "POST /adjustendpoints HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n[";
    const answers = [readAll(stuck), readAll(slow)];
    await Promise.all([send(stuck, head), send(slow, head)]);
    await exchange(server.address.port, get("/records"));
    const stopped = server.stop(20_000);
    await sleep(500);
    await send(slow, "]");
    expect(await answers[1]).toMatch(/^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n/i);
    expect(await answers[0]).toMatch(/^HTTP\/1\.1 503 [^]*\r\nConnection: close\r\n[^]*The server stops/i);
    await stopped;
  });

  test("waits for an answer that is worked on, and for no reader that takes nothing of it", async () => {
    const { promise: release, resolve: letGo } = Promise.withResolvers<void>();
    const fetch: ServerOptions["fetch"] = async ({ url }) => {
      if (url.endsWith("/worked-on")) await release;
      return new Response(url.endsWith("/large") ? "x".repeat(50_000_000) : "done");
    };
    const timeouts = { patience: 200, portCloses: 100, quiet: 50 };
    const server = await startServer({ fetch, host: "127.0.0.1", port: 0, timeouts });
    const [deaf, reader] = [
      connect(server.address.port, "127.0.0.1").pause(),
      connect(server.address.port, "127.0.0.1"),
    ];
    const answer = readAll(reader);
    await Promise.all([send(deaf, get("/large")), send(reader, get("/worked-on"))]);
    await exchange(server.address.port, get("/"));
    const stopped = server.stop(60_000);
    await sleep(1500);
    letGo();
    expect(await answer).toMatch(/done$/);
    await stopped;
    deaf.destroy();
  });

  test("ends after the grace even when a request never does", async () => {
    const fetch: ServerOptions["fetch"] = () => new Promise(() => {});
    const server = await startServer({ fetch, host: "127.0.0.1", port: 0 });
    const socket = connect(server.address.port, "127.0.0.1");
    const answer = readAll(socket);
    await send(socket, get("/"));
    await server.stop(200);
    expect(await answer).toBe("");
  });

  test("twice is once", async () => {
    const server = await start();
    await Promise.all([server.stop(1000), server.stop(1000)]);
    await server.stop(1000);
    await expect(once(connect(server.port, "127.0.0.1"), "connect")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});
