/** Event streams on real sockets: what comes when, how many, for whom, and that none holds up the end. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { exchange, readAll, readUntil } from "../../../test/support/raw-client.ts";
import { type TestApp, makeTestApp } from "../../../test/support/test-app.ts";
import { maxStreams, revisionOf } from "./event-stream.ts";
import { type RunningServer, startServer } from "../../http/server.ts";
import { statusSchema } from "../../contract/status.ts";

interface Scene extends AsyncDisposable {
  readonly app: TestApp;
  readonly server: RunningServer;
  readonly port: number;
  /** Opens a stream and hands out its socket. */
  readonly open: () => Socket;
}

async function setUp(options: Parameters<typeof makeTestApp>[0] = {}): Promise<Scene> {
  const stack = new AsyncDisposableStack();
  const app = stack.use(await makeTestApp(options));
  const server = stack.use(await startServer({ fetch: app.fetch, host: "127.0.0.1", port: 0 }));
  stack.use(app.changes);
  const { port } = server.address;
  const open = (): Socket => {
    const socket = stack.adopt(connect(port, "127.0.0.1"), (each) => void each.destroy());
    socket.on("error", () => {});
    socket.write("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return socket;
  };
  return { app, server, port, open, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** An event ends in a blank line, and the chunk that carries it in another. */
const eventEnd = "\n\n\r\n";

function dataOf(bytes: string): unknown {
  return JSON.parse(/^data: (.*)$/m.exec(bytes)?.[1] ?? "");
}

test("it begins with the status, and says from the start that the connection ends with it", async () => {
  await using scene = await setUp();
  const bytes = await readUntil(scene.open(), eventEnd);
  expect(bytes).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(bytes).toMatch(/^content-type: text\/event-stream\r$/im);
  expect(bytes).toMatch(/^cache-control: no-store\r$/im);
  expect(bytes).toMatch(/^connection: close\r$/im);
  expect(bytes).toMatch(/retry: 2000\nid: [\w-]{16}\nevent: status\ndata: \{.*\}\n\n/);
  expect(statusSchema.parse(dataOf(bytes))).toEqual(await scene.app.status());
});

test("a change is another event with another id; until then there are comments", async () => {
  await using scene = await setUp({ maxWaitMs: 20 });
  const socket = scene.open();
  const first = await readUntil(socket, ": nothing has changed\n\n");
  await scene.app.call("POST /domains", { body: "dtk.io" });
  const second = await readUntil(socket, "event: status");
  expect(/^id: (.*)$/m.exec(second)?.[1]).not.toBe(/^id: (.*)$/m.exec(first)?.[1]);
  expect(second).not.toContain("retry:");
});

test("a status without a change has the same id in every stream", async () => {
  await using scene = await setUp();
  const ids = await Promise.all(
    [scene.open(), scene.open()].map(async (socket) => /^id: (.*)$/m.exec(await readUntil(socket, eventEnd))?.[1]),
  );
  expect(ids[0]).toBe(ids[1]);
});

test("the passing of time is not a change, a call is one", async () => {
  await using app = await makeTestApp();
  const status = await app.status();
  const [cluster] = status.clusters;
  const later = (more: object) => ({ ...status, clusters: status.clusters.map(() => ({ ...cluster, ...more })) });
  expect(revisionOf(statusSchema.parse(later({ silentSeconds: 99 })))).toBe(revisionOf(status));
  expect(revisionOf(statusSchema.parse(later({ lastHeard: status.server.since })))).not.toBe(revisionOf(status));
});

describe("bounds", () => {
  test("streams take nothing from the requests that an address may have at work", async () => {
    const limits = { body: 1000, allBodies: 1000, requestsPerAddress: 1 };
    await using scene = await setUp({ limits });
    for (let index = 0; index < 3; index++) await readUntil(scene.open(), eventEnd);
    const answer = await exchange(scene.port, "GET /status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  test("there are so many and no more, until one goes", async () => {
    await using scene = await setUp({ maxWaitMs: 10 });
    const sockets = Array.from({ length: maxStreams }, () => scene.open());
    await Promise.all(sockets.map((socket) => readUntil(socket, eventEnd)));
    const refused = await readUntil(scene.open(), "\r\n\r\n");
    expect(refused).toMatch(/^HTTP\/1\.1 503 .*\r\n(?:.*\r\n)*retry-after: 5\r\n/i);
    sockets[0]?.destroy();
    for (;;) {
      if ((await readUntil(scene.open(), "\r\n\r\n")).startsWith("HTTP/1.1 200 ")) break;
      await sleep(5);
    }
  });

  test("an answer to HEAD is not a stream and takes no place", async () => {
    await using scene = await setUp();
    for (let index = 0; index <= maxStreams; index++) {
      const answer = await exchange(
        scene.port,
        "HEAD /events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
      );
      expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    }
    expect(await readUntil(scene.open(), eventEnd)).toContain("event: status");
  });

  test("one that is given up does not count twice", async () => {
    await using scene = await setUp({ maxWaitMs: 5 });
    let served = 0;
    while (served < 3 * maxStreams) {
      const socket = scene.open();
      const bytes = await readUntil(socket, "\r\n\r\n");
      if (bytes.startsWith("HTTP/1.1 200 ")) served++;
      socket.destroy();
      await once(socket, "close");
    }
    const sockets = Array.from({ length: maxStreams + 1 }, () => scene.open());
    const answers = await Promise.all(sockets.map((socket) => readUntil(socket, "\r\n\r\n")));
    expect(answers.filter((answer) => answer.startsWith("HTTP/1.1 503 ")).length).toBeGreaterThan(0);
  });
});

describe("the end", () => {
  test("every stream ends whole, and the server waits for nobody", async () => {
    await using scene = await setUp({ maxWaitMs: 3_600_000 });
    const sockets = [scene.open(), scene.open()];
    await Promise.all(sockets.map((socket) => readUntil(socket, eventEnd)));
    const ends = sockets.map(readAll);
    scene.app.changes[Symbol.dispose]();
    await scene.server.stop(3_600_000);
    for (const end of await Promise.all(ends)) expect(end.endsWith("0\r\n\r\n")).toBe(true);
  });

  test("a reader that takes nothing is cut, and what is new for it does not pile up", async () => {
    await using scene = await setUp({ maxWaitMs: 1 });
    await scene.app.call("POST /domains", { body: "dtk.io" });
    await scene.app.call("POST /clusterip", { body: "192.0.2.1" });
    const socket = scene.open();
    socket.pause();
    const host = (index: number): string => `${"x".repeat(60)}.${index}.dtk.io`;
    const create = Array.from({ length: 1000 }, (_, index) => ({
      dnsName: host(index),
      recordType: "CNAME",
      targets: ["a"],
    }));
    await scene.app.call("POST /records", { body: JSON.stringify({ create }) });
    for (let index = 0; index < 100; index++) {
      await scene.app.call("POST /domains", { body: `d${index}.test` });
      await sleep(6);
    }
    expect(process.memoryUsage().arrayBuffers).toBeLessThan(100 * 1024 * 1024);
    scene.app.changes[Symbol.dispose]();
    await scene.server.stop(3_600_000);
  });

  test("afterwards there is none any more, and nothing else suffers", async () => {
    await using scene = await setUp();
    scene.app.changes[Symbol.dispose]();
    expect((await scene.app.call("GET /events")).status).toBe(503);
    expect((await scene.app.call("GET /status")).status).toBe(200);
  });
});
