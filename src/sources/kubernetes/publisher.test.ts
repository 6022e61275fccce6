/** The server's records follow what is wanted, whatever becomes of the requests. */
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Changes, type Endpoint, keyText, recordKey } from "../../records/endpoint.ts";
import { Publisher } from "./publisher.ts";
import { systemClock } from "./system-clock.ts";

function endpoint(dnsName: string, target = dnsName): Endpoint {
  return { dnsName, recordType: "CNAME", targets: [target], labels: { resource: "ingress/default/a" } };
}

const keyOf = (each: Endpoint): string => keyText(recordKey(each));

/** A server in memory that may fail before or after it has done what was asked. */
class Server {
  readonly stored = new Map<string, Endpoint>();
  readonly requests: Changes[] = [];
  reads = 0;
  fail: "before" | "after" | undefined;
  hold: Promise<void> = Promise.resolve();

  async read(): Promise<readonly Endpoint[]> {
    this.reads += 1;
    await this.hold;
    if (this.fail !== undefined) throw new Error("away");
    return [...this.stored.values()];
  }

  async change(changes: Changes): Promise<void> {
    this.requests.push(changes);
    await this.hold;
    if (this.fail === "before") throw new Error("away");
    for (const each of changes.delete) this.stored.delete(keyOf(each));
    for (const each of [...changes.create, ...changes.updateNew]) this.stored.set(keyOf(each), each);
    if (this.fail === "after") throw new Error("the answer was lost");
  }
}

interface Scene extends AsyncDisposable {
  readonly server: Server;
  readonly want: (...endpoints: readonly Endpoint[]) => void;
  readonly publisher: Publisher;
  readonly inStep: () => Promise<void>;
}

function open({ mayRemove = true, server = new Server() } = {}): Scene {
  const stop = new AbortController();
  let wanted = new Map<string, Endpoint>();
  const publisher = new Publisher({
    records: { read: async () => server.read(), change: async (changes) => server.change(changes) },
    wanted: () => wanted,
    mayRemove: () => mayRemove,
    clock: {
      ...systemClock,
      sleep: async (ms, signal) => systemClock.sleep(Math.min(ms, ms < 10_000 ? 2 : ms), signal),
    },
    signal: stop.signal,
    onPublished: () => {},
    onFailure: () => {},
  });
  const running = publisher.run();
  return {
    server,
    publisher,
    want: (...endpoints) => {
      const before = wanted;
      wanted = new Map(endpoints.map((each) => [keyOf(each), each]));
      publisher.publish([...before.keys(), ...wanted.keys()]);
    },
    inStep: async () => {
      await expect.poll(() => publisher.isIdle).toBe(true);
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
    },
  };
}

test("creates, changes and removes, each in one request", async () => {
  await using scene = open();
  const { server, want, inStep } = scene;
  want(endpoint("a.io"), endpoint("b.io"));
  await inStep();
  want(endpoint("a.io", "c.io"));
  await inStep();
  expect(server.requests.map((each) => [each.create.length, each.updateNew.length, each.delete.length])).toEqual([
    [2, 0, 0],
    [0, 1, 1],
  ]);
});

test("changes that come while a request is under way go together in the next", async () => {
  await using scene = open();
  const { server, want, inStep } = scene;
  want(endpoint("a.io"));
  await inStep();
  const gate = Promise.withResolvers<void>();
  server.hold = gate.promise;
  want(endpoint("a.io"), endpoint("b.io"));
  await expect.poll(() => server.requests.length).toBe(2);
  want(endpoint("a.io"), endpoint("b.io"), endpoint("c.io"));
  want(endpoint("a.io"), endpoint("b.io"), endpoint("c.io"), endpoint("d.io"));
  await sleep(20);
  expect(server.requests.length).toBe(2);
  gate.resolve();
  await inStep();
  expect(server.requests.slice(2).map(({ create }) => create.length)).toEqual([2]);
});

test("what the server has and nobody ever wanted goes only where it may", async () => {
  const server = new Server();
  const stale = endpoint("stale.io");
  server.stored.set(keyOf(stale), stale);
  {
    await using scene = open({ mayRemove: false, server });
    scene.want(endpoint("a.io"));
    await scene.inStep();
    scene.want();
    await scene.inStep();
    expect([...server.stored.values()].map(({ dnsName }) => dnsName)).toEqual(["stale.io"]);
  }
  await using scene = open({ server });
  scene.publisher.review();
  await expect.poll(() => server.stored.size).toBe(0);
});

test("a server that has it already is sent nothing", async () => {
  const server = new Server();
  server.stored.set(keyOf(endpoint("a.io")), { ...endpoint("a.io"), setIdentifier: "", recordTTL: 0 });
  await using scene = open({ server });
  scene.want(endpoint("a.io"));
  await scene.inStep();
  expect(server.requests).toEqual([]);
});

test("whatever fails, the server ends up with what is wanted", async () => {
  const names = fc.uniqueArray(fc.constantFrom("a.io", "b.io", "c.io"));
  const step = fc.record({
    names,
    target: fc.constantFrom("x.io", "y.io"),
    fail: fc.constantFrom<Server["fail"]>(undefined, "before", "after"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      await using scene = open();
      const { server, want, inStep } = scene;
      for (const { names: wanted, target, fail } of steps) {
        server.fail = fail;
        want(...wanted.map((name) => endpoint(name, target)));
        await sleep(3);
      }
      server.fail = undefined;
      await inStep();
      const { names: last = [], target = "" } = steps.at(-1) ?? {};
      expect([...server.stored.values()].map((each) => `${each.dnsName} ${each.targets?.join()}`).toSorted()).toEqual(
        last.map((name) => `${name} ${target}`).toSorted(),
      );
    }),
    { numRuns: 30 },
  );
});
