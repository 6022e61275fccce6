import { once } from "node:events";
import { type ServerResponse, createServer } from "node:http";
import { type AddressInfo, type Socket, connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import type { ManagedDomain } from "../../records/managed-domain.ts";
import { PublishedKeys } from "../published-keys.ts";
import { Hub } from "./hub.ts";
import { Audience } from "./lines.ts";
import { Publication } from "./publication.ts";

interface Reader {
  readonly socket: Socket;
  readonly response: ServerResponse;
  readonly keys: () => readonly string[];
}

async function open() {
  const stack = new AsyncDisposableStack();
  const makePublication = (): Publication =>
    new Publication({
      path: "",
      header: { clusterId: 1n, revision: 20_000n, raftTerm: 1n },
      keys: new PublishedKeys(),
    });
  let current: Publication | undefined = makePublication();
  let looks = 0;
  const publication = (): Publication | undefined => {
    looks += 1;
    return current;
  };
  const hub = stack.use(new Hub({ publication }));
  const responses: ServerResponse[] = [];
  const server = createServer((_request, response) => void responses.push(response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  stack.defer(() => server.closeAllConnections());
  stack.defer(() => void server.close());
  const follow = async (at: bigint, domains: readonly string[] = [], desktop?: string): Promise<Reader> => {
    const count = responses.length;
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    stack.defer(() => void socket.destroy());
    let text = "";
    socket
      .setEncoding("utf8")
      .on("data", (chunk: string) => (text += chunk))
      .on("error", () => undefined);
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await vi.waitFor(() => expect(responses.length).toBe(count + 1));
    const response = responses[count];
    if (response === undefined || current === undefined) throw new Error("no answer");
    response.writeHead(200);
    hub.add(desktop ?? `d${count}`, {
      audience: new Audience(domains as readonly ManagedDomain[]),
      response,
      publication: current,
      at,
    });
    return { socket, response, keys: () => [...text.matchAll(/\["(\/[^"]+)"/g)].map(([, key = ""]) => key) };
  };
  let revision = 20_000n;
  const publish = (key: string, value = "x"): void => {
    revision += 1n;
    current?.log.add({ revision, changes: [{ key, value }] });
    hub.note();
  };
  const replace = (): void => {
    current = makePublication();
    hub.note();
  };
  return { hub, follow, publish, replace, looks: () => looks, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test("each hears what comes after its place, once and in order, and only of its domains", async () => {
  await using place = await open();
  for (let index = 1; index <= 5; index += 1) place.publish(`/io/dtk/n${index}/`);
  const [all, late, other] = [
    await place.follow(20_000n),
    await place.follow(20_003n),
    await place.follow(20_000n, ["example.com"]),
  ];
  for (let index = 6; index <= 300; index += 1) {
    place.publish(`/io/dtk/n${index}/`);
    if (index % 50 === 0) await sleep(1);
  }
  place.publish("/com/example/x/");
  const keys = Array.from({ length: 300 }, (_, index) => `/io/dtk/n${index + 1}/`);
  await vi.waitFor(() => {
    expect(all.keys()).toEqual([...keys, "/com/example/x/"]);
    expect(late.keys()).toEqual([...keys.slice(3), "/com/example/x/"]);
    expect(other.keys()).toEqual(["/com/example/x/"]);
  });
});

test("one that takes nothing keeps little, hinders nobody, and hears everything once it takes again", async () => {
  await using place = await open();
  const [slow, quick] = [await place.follow(20_000n), await place.follow(20_000n)];
  slow.socket.pause();
  const value = "x".repeat(10_000);
  for (let index = 1; index <= 2000; index += 1) {
    place.publish(`/io/dtk/n${index}/`, value);
    if (index % 20 === 0) await sleep(1);
  }
  await vi.waitFor(() => expect(quick.keys()).toHaveLength(2000), { timeout: 60_000 });
  // What the kernel holds of it is not counted here.
  expect(slow.response.writableLength).toBeLessThan(200_000);
  slow.socket.resume();
  await vi.waitFor(() => expect(slow.keys()).toEqual(quick.keys()), { timeout: 60_000 });
});

test("one that comes is told what it missed without a look at the others, however many these are", async () => {
  await using place = await open();
  place.publish("/io/dtk/a/");
  for (let count = 0; count < 30; count += 1) await place.follow(20_001n);
  const before = place.looks();
  const late = await place.follow(20_000n);
  await vi.waitFor(() => expect(late.keys()).toEqual(["/io/dtk/a/"]));
  expect(place.looks() - before).toBeLessThan(20);
  place.publish("/io/dtk/b/");
  await vi.waitFor(() => expect(late.keys()).toEqual(["/io/dtk/a/", "/io/dtk/b/"]));
});

test("one whose place is not kept any more, whose desktop is taken back, or whose list is another, is ended", async () => {
  await using place = await open();
  place.publish("/io/dtk/a/");
  const [taken, stays] = [await place.follow(20_000n), await place.follow(20_001n)];
  const behind = await place.follow(9_999n);
  await vi.waitFor(() => expect(behind.response.writableEnded).toBe(true));
  expect(taken.response.writableEnded).toBe(false);
  place.hub.end((desktop) => desktop === "d0");
  expect([taken, stays].map(({ response }) => response.writableEnded)).toEqual([true, false]);
  place.replace();
  await vi.waitFor(() => expect(stays.response.writableEnded).toBe(true));
});

test("one desktop takes no place of another: of more streams than eight the oldest ends", async () => {
  await using place = await open();
  const other = await place.follow(20_000n);
  const own: Reader[] = [];
  for (let count = 0; count < 10; count += 1) own.push(await place.follow(20_000n, [], "greedy"));
  expect(own.map(({ response }) => response.destroyed)).toEqual([
    true,
    true,
    ...Array.from({ length: 8 }, () => false),
  ]);
  expect(other.response.destroyed).toBe(false);
  expect(place.hub.size).toBe(9);
});
