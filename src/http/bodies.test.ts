/** Whose body is given up when there is no room: first one that has stopped, then the greediest, and never one that keeps sending a little. */
import { once } from "node:events";
import { type Socket, connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readAll, send } from "../../test/support/raw-client.ts";
import { makeTestApp, own } from "../../test/support/test-app.ts";
import { Bodies, type Body } from "./bodies.ts";
import { defaultLimits } from "./limits.ts";
import { startServer } from "./server.ts";

/** A body whose bytes come when the test says so. */
interface Sending extends Disposable {
  readonly body: Body;
  readonly send: (bytes: number) => Promise<void>;
  readonly end: () => void;
  /** Resolves with what became of it. */
  readonly outcome: Promise<string>;
}

function begin(bodies: Bodies, origin: string): Sending {
  const { readable, writable } = new TransformStream<Uint8Array>(undefined, undefined, { highWaterMark: 100 });
  const writer = writable.getWriter();
  const body = bodies.begin(origin);
  const read = async (): Promise<string> => {
    for await (const _ of body.read(readable)) continue;
    return "whole";
  };
  return {
    body,
    send: async (bytes) => {
      void writer.write(new Uint8Array(bytes));
      await turn();
    },
    end: () => void writer.close(),
    outcome: read().catch((error: Error) => error.message),
    [Symbol.dispose]: () => body[Symbol.dispose](),
  };
}

async function turn(): Promise<void> {
  await new Promise((resolve) => void setImmediate(resolve));
}

/** Lets the clock go on, on which the pace is measured. */
async function pass(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
}

const mebibyte = 1024 * 1024;

describe("in room for 4 MiB, 2 MiB for one origin", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
  afterEach(() => void vi.useRealTimers());

  const open = (): Bodies => new Bodies({ all: 4 * mebibyte, perOrigin: 2 * mebibyte });

  test("stalled bodies go, the slowest first and no more than needed", async () => {
    const bodies = open();
    const [still, slow, fast] = [begin(bodies, "a"), begin(bodies, "b"), begin(bodies, "c")];
    await still.send(1.5 * mebibyte);
    await slow.send(1.5 * mebibyte);
    await pass(2500);
    await slow.send(10_000);
    await fast.send(0.9 * mebibyte);
    expect([still, slow, fast].map(({ body }) => body.isGivenUp)).toEqual([false, false, false]);
    await fast.send(0.2 * mebibyte);
    expect([still, slow, fast].map(({ body }) => body.isGivenUp)).toEqual([true, false, false]);
    expect(await still.outcome).toContain("too slowly");
    fast.end();
    expect(await fast.outcome).toBe("whole");
  });

  test("a slow sender that gets no room taken keeps its own for as long as it likes", async () => {
    const bodies = open();
    const slow = begin(bodies, "a");
    await slow.send(mebibyte);
    await pass(50_000);
    slow.end();
    expect(await slow.outcome).toBe("whole");
  });

  test("an origin beyond its share loses its own, and nobody else's", async () => {
    const bodies = open();
    const other = begin(bodies, "modest");
    await other.send(1);
    const [large, small] = [begin(bodies, "greedy"), begin(bodies, "greedy")];
    await large.send(1.6 * mebibyte);
    await small.send(0.5 * mebibyte);
    expect([large, small, other].map(({ body }) => body.isGivenUp)).toEqual([true, false, false]);
  });

  test("while all are fast, the greediest origin loses its largest", async () => {
    const bodies = open();
    const modest = begin(bodies, "modest");
    await modest.send(0.9 * mebibyte);
    const greedy = ["a", "b"].flatMap((origin) => [begin(bodies, origin), begin(bodies, origin)]);
    for (const one of greedy) await one.send(0.95 * mebibyte);
    expect(modest.body.isGivenUp).toBe(false);
    expect(greedy.filter(({ body }) => body.isGivenUp)).toHaveLength(1);
  });

  test("a body waits for those that are worked on, and is not slow for that", async () => {
    const bodies = open();
    const worked = [begin(bodies, "a"), begin(bodies, "b")];
    for (const one of worked) {
      await one.send(1.9 * mebibyte);
      one.end();
      await one.outcome;
    }
    const waiting = begin(bodies, "c");
    await waiting.send(mebibyte);
    await waiting.send(10);
    waiting.end();
    await pass(30_000);
    expect([waiting.body.size, waiting.body.isGivenUp]).toEqual([mebibyte, false]);
    worked[0]?.[Symbol.dispose]();
    expect(await waiting.outcome).toBe("whole");
  });

  test("its clock stops while there is nothing to measure, and no timer is left", async () => {
    const bodies = open();
    const one = begin(bodies, "a");
    await one.send(1000);
    await pass(1000);
    expect([bodies.clock, vi.getTimerCount()]).toEqual([0, 0]);
    await one.send(1.5 * mebibyte);
    await pass(1000);
    one[Symbol.dispose]();
    expect([bodies.clock, vi.getTimerCount()]).toEqual([1000, 0]);
  });

  test("all that are unfinished can be given up at once", async () => {
    const bodies = open();
    const [unfinished, whole] = [begin(bodies, "a"), begin(bodies, "a")];
    await whole.send(10);
    whole.end();
    await whole.outcome;
    bodies.giveUpUnfinished("The server stops.");
    expect([await unfinished.outcome, whole.body.isGivenUp]).toEqual(["The server stops.", false]);
  });
});

test("a server that was busy takes nobody for slow", async () => {
  const bodies = new Bodies({ all: mebibyte, perOrigin: mebibyte });
  using one = begin(bodies, "a");
  await one.send(mebibyte);
  // Nothing else runs in this thread meanwhile, as if it were busy.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);
  await turn();
  expect(one.body.pace).toBeUndefined();
});

describe("over sockets", () => {
  const addresses = ["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"];
  /** The largest body of which four fit at one time, as of the real limits. */
  const large = 4 * mebibyte;
  const limits = { ...defaultLimits, body: large, allBodies: 4 * large };

  async function post(port: number, from: string, size: number): Promise<{ socket: Socket; answer: Promise<string> }> {
    const socket = connect({ port, host: "127.0.0.1", localAddress: from });
    const answer = readAll(socket);
    await once(socket, "connect");
    const head = `POST /adjustendpoints HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${large}\r\n\r\n`;
    await send(socket, head + "[]".padEnd(size));
    return { socket, answer };
  }

  test.each([
    ["four", addresses],
    ["one", addresses.slice(0, 1)],
  ])("bodies of the largest size that never end, from %s addresses, keep no other from being read", async (_, from) => {
    await using app = await makeTestApp({ limits });
    const fetch: typeof app.fetch = (request, environment) => app.fetch(request, { ...environment, caller: own });
    await using server = await startServer({ fetch, host: "127.0.0.1", port: 0 });
    const { port } = server.address;
    const unfinished = [];
    for (let index = 0; index < 4; index++) {
      unfinished.push(await post(port, from[index % from.length] ?? "", large - 1000));
    }
    for (const address of ["127.0.0.1", ...from]) {
      const honest = await post(port, address, large);
      // Its connection is kept after the answer.
      honest.socket.once("data", () => honest.socket.end());
      expect(await honest.answer).toMatch(/^HTTP\/1\.1 200 /);
    }
    const given = unfinished.find(({ socket }) => socket.destroyed);
    expect(await given?.answer).toMatch(/^HTTP\/1\.1 503 [^]*\r\nconnection: close\r\n/i);
    for (const { socket } of unfinished) socket.destroy();
  });
});
