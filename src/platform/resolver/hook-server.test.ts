/** The hook's protocol as systemd-resolved speaks it, and what strangers may try over the socket. */
import { once } from "node:events";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { type Socket, connect } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import type { NameSource } from "../resolver-wiring.ts";
import { openHookServer } from "./hook-server.ts";

const record = Uint8Array.of(1, 2, 3);
/** Knows `foo.dtk.io` with a record of type A. */
const source: NameSource = {
  lookUp: (name, type) => ({
    isKnown: name === "foo.dtk.io",
    records: name === "foo.dtk.io" && type === 1 ? [record] : [],
  }),
};

/** A connection on which messages are sent and read. */
class Caller implements Disposable {
  readonly socket: Socket;
  #messages: unknown[] = [];
  #rest = "";

  constructor(path: string) {
    this.socket = connect(path);
    this.socket.on("error", () => undefined);
    this.socket.on("data", (chunk) => {
      const [...texts] = (this.#rest + chunk.toString()).split("\0");
      this.#rest = texts.pop() ?? "";
      this.#messages.push(...texts.map((text): unknown => JSON.parse(text)));
    });
  }

  say(message: unknown): void {
    this.socket.write(`${typeof message === "string" ? message : JSON.stringify(message)}\0`);
  }

  async next(): Promise<unknown> {
    while (this.#messages.length === 0) await sleep(5);
    return this.#messages.shift();
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

async function open() {
  const place = temporaryFolder();
  // As a process that was killed leaves them.
  writeFileSync(join(place.path, "hostsfile-server.1.2"), "");
  mkdirSync(join(place.path, "hostsfile-server.1.3.new"));
  writeFileSync(join(place.path, "of-others"), "");
  const server = await openHookServer(place.path, source);
  const [name = "", ...others] = readdirSync(place.path).filter((each) => each !== "of-others");
  expect(others).toEqual([]);
  return {
    folder: place.path,
    path: join(place.path, name),
    server,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      place[Symbol.dispose]();
    },
  };
}

const ask = (keys: readonly object[]) => ({
  method: "io.systemd.Resolve.Hook.ResolveRecord",
  parameters: { question: keys.map((key) => ({ key })) },
});

test("the domains are told, and each change of them over the same connection", async () => {
  await using hook = await open();
  hook.server.answerFor(["dtk.io"]);
  using caller = new Caller(hook.path);
  caller.say({ method: "io.systemd.Resolve.Hook.QueryFilter", more: true });
  expect(await caller.next()).toEqual({ parameters: { filterDomains: ["dtk.io"] }, continues: true });
  hook.server.answerFor(["dtk.io", "more.io"]);
  expect(await caller.next()).toEqual({ parameters: { filterDomains: ["dtk.io", "more.io"] }, continues: true });
  hook.server.answerFor(["dtk.io", "more.io"]);
  hook.server.answerFor([]);
  expect(await caller.next()).toEqual({ parameters: { filterDomains: [] }, continues: true });
});

test("a name that is known is answered; one that is not is asked elsewhere", async () => {
  await using hook = await open();
  using caller = new Caller(hook.path);
  caller.say(
    ask([
      { class: 1, type: 1, name: "foo.dtk.io" },
      { class: 1, type: 28, name: "foo.dtk.io" },
    ]),
  );
  expect(await caller.next()).toEqual({
    parameters: { rcode: 0, answer: [{ raw: Buffer.from(record).toString("base64") }] },
  });
  caller.say(ask([{ class: 1, type: 28, name: "foo.dtk.io" }]));
  expect(await caller.next()).toEqual({ parameters: { rcode: 0, answer: [] } });
  caller.say(ask([{ class: 1, type: 1, name: "bar.dtk.io" }]));
  expect(await caller.next()).toEqual({ parameters: {} });
  // Chaos, in which version.bind is asked.
  caller.say(ask([{ class: 3, type: 16, name: "foo.dtk.io" }]));
  expect(await caller.next()).toEqual({ parameters: {} });
});

test("the resolver, which runs as a user of its own and looks once, may call as soon as the socket is there", async () => {
  using place = temporaryFolder();
  const opening = openHookServer(place.path, source);
  const socketsThere = () => readdirSync(place.path).filter((name) => statSync(join(place.path, name)).isSocket());
  while (socketsThere().length === 0) await new Promise(setImmediate);
  const [name = ""] = socketsThere();
  expect(statSync(join(place.path, name)).mode & 0o777).toBe(0o666);
  using caller = new Caller(join(place.path, name));
  caller.say({ method: "io.systemd.Resolve.Hook.QueryFilter", more: true });
  expect(await caller.next()).toEqual({ parameters: { filterDomains: [] }, continues: true });
  const { mtimeNs: before } = statSync(place.path, { bigint: true });
  await using _server = await opening;
  // Whoever looked before sees that something changed since.
  expect(statSync(place.path, { bigint: true }).mtimeNs).toBeGreaterThan(before);
});

test("each process has a name of its own, as the resolver asks for the domains only where a name is new", async () => {
  await using hook = await open();
  await using second = await openHookServer(hook.folder, source);
  second.answerFor([]);
  const names = readdirSync(hook.folder).filter((name) => name !== "of-others");
  expect(names).toHaveLength(1);
  expect(join(hook.folder, names[0] ?? "")).not.toBe(hook.path);
});

test("who looked before the socket was open looks again, since the folder changes once it is", async () => {
  await using hook = await open();
  expect(statSync(dirname(hook.path)).mtimeMs).toBeGreaterThan(statSync(hook.path).ctimeMs);
});

test("what is not understood is an error of the protocol, and the next call is answered", async () => {
  await using hook = await open();
  using caller = new Caller(hook.path);
  caller.say({ method: "org.varlink.service.GetInfo" });
  expect(await caller.next()).toMatchObject({ error: "org.varlink.service.MethodNotFound" });
  caller.say({ method: "io.systemd.Resolve.Hook.ResolveRecord", parameters: { question: "x" } });
  expect(await caller.next()).toMatchObject({ error: "org.varlink.service.InvalidParameter" });
  caller.say(ask([{ class: 1, type: 1, name: "foo.dtk.io" }]));
  expect(await caller.next()).toMatchObject({ parameters: { rcode: 0 } });
});

test.each(["rubbish", "[]", "{", `"${"x".repeat(70_000)}`])(
  "rubbish ends the connection that it came over, and no other",
  async (text) => {
    await using hook = await open();
    using other = new Caller(hook.path);
    using caller = new Caller(hook.path);
    caller.socket.write(text.startsWith('"') ? text : `${text}\0`);
    await once(caller.socket, "close");
    other.say(ask([{ class: 1, type: 1, name: "foo.dtk.io" }]));
    expect(await other.next()).toMatchObject({ parameters: { rcode: 0 } });
  },
);

test("a call in pieces, and several in one, are answered in their order", async () => {
  await using hook = await open();
  using caller = new Caller(hook.path);
  const text = `${JSON.stringify(ask([{ class: 1, type: 1, name: "foo.dtk.io" }]))}\0`;
  caller.socket.write(text.slice(0, 20));
  await sleep(20);
  caller.socket.write(text.slice(20) + text);
  expect(await caller.next()).toMatchObject({ parameters: { rcode: 0 } });
  expect(await caller.next()).toMatchObject({ parameters: { rcode: 0 } });
});

test("closed, nothing is left", async () => {
  await using hook = await open();
  using caller = new Caller(hook.path);
  await once(caller.socket, "connect");
  await hook.server[Symbol.asyncDispose]();
  expect(readdirSync(hook.folder)).toEqual(["of-others"]);
});
