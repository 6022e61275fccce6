/** The list-watch against a real HTTP server that does what API servers and proxies do on bad days. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import {
  type Answer,
  type ScriptedAPI,
  eventLine,
  list,
  objectNamed,
  refuse,
  startScriptedAPI,
  watch,
} from "../../../test/support/scripted-api.ts";
import { type ListWatchLimits, type ListWatchState, listAndWatch } from "./list-watch.ts";
import { Backoff, type Clock } from "./backoff.ts";
import { systemClock } from "./system-clock.ts";
import { openTransport } from "./transport.ts";

const path = "/apis/networking.k8s.io/v1/ingresses";
const limits: ListWatchLimits = { page: 2, list: 5_000, silence: 10_000, steady: 5_000, duration: [300, 600] };

interface Follower {
  /** What happened, in short: `=a,b` for a replacement, `+a`, `-a`. */
  readonly events: readonly string[];
  readonly states: readonly ListWatchState[];
  readonly reasons: () => readonly string[];
}

/** Follows until enough has happened. */
async function follow(
  api: Pick<ScriptedAPI, "url">,
  until: (follower: Follower) => boolean,
  given: Partial<ListWatchLimits> = {},
): Promise<Follower> {
  const stop = new AbortController();
  const events: string[] = [];
  const states: ListWatchState[] = [];
  const reasons = (): readonly string[] => states.flatMap((state) => (state.phase === "waiting" ? [state.reason] : []));
  const follower = { events, states, reasons };
  const clock = { ...systemClock, sleep: async () => sleep(1) };
  const connection = { server: api.url, options: { headers: {} } };
  const watching = listAndWatch({
    path,
    read: ({ metadata }) => metadata.name,
    transport: openTransport(connection),
    clock,
    retry: new Backoff(clock),
    signal: stop.signal,
    onState: (state) => {
      states.push(state);
      if (until(follower)) stop.abort();
    },
    limits: { ...limits, ...given },
  });
  for await (const event of watching) {
    if (event.kind === "replace") events.push(`=${[...event.items.values()].join()}`);
    else events.push(event.kind === "change" ? `+${event.item}` : `-${event.key}`);
    if (until(follower)) stop.abort();
  }
  return follower;
}

const ends = (count: number) => (follower: Follower) => follower.events.length >= count;

describe("a list and its watch", () => {
  test("give what there is, and then each change", async () => {
    const lines = [
      eventLine("ADDED", objectNamed("c")),
      eventLine("BOOKMARK", { metadata: { resourceVersion: "103" } }),
      eventLine("MODIFIED", objectNamed("a")),
      eventLine("DELETED", objectNamed("b")),
    ];
    await using api = await startScriptedAPI([list(["a", "b"])], [watch(lines)]);
    const { events } = await follow(api, ends(4));
    expect(events).toEqual(["=a,b", "+c", "+a", "-default/b"]);
  });

  test("ask for no version, and watch from that of the list", async () => {
    await using api = await startScriptedAPI([list(["a"])], [watch([eventLine("ADDED", objectNamed("b"))])]);
    await follow(api, ends(2));
    expect(api.requests[0]).toBe(`${path}?limit=2`);
    expect(api.requests[1]).toMatch(/\?watch=1&allowWatchBookmarks=true&resourceVersion=100&timeoutSeconds=[3-6]\d\d$/);
  });

  test("list again when the watch ends, and take no version along", async () => {
    await using api = await startScriptedAPI([list(["a"]), list(["b"])], [watch([], true), watch([])]);
    const { events } = await follow(api, ends(2));
    expect(events).toEqual(["=a", "=b"]);
    expect(api.requests.filter((request) => !request.includes("watch"))).toEqual([
      `${path}?limit=2`,
      `${path}?limit=2`,
    ]);
  });

  test("an empty list is empty, also as Go writes it", async () => {
    const none: Answer = (response) => void response.end('{"metadata":{"resourceVersion":"1"},"items":null}');
    await using api = await startScriptedAPI([none], [watch([])]);
    expect((await follow(api, ends(1))).events).toEqual(["="]);
  });
});

describe("a list in pages", () => {
  const first = list(["a", "b"], { continue: "more" });

  test("is put together", async () => {
    await using api = await startScriptedAPI([first, list(["c"])], [watch([])]);
    expect((await follow(api, ends(1))).events).toEqual(["=a,b,c"]);
    expect(api.requests[1]).toBe(`${path}?limit=2&continue=more`);
  });

  test("is asked for as a whole when it expires in the middle", async () => {
    await using api = await startScriptedAPI([first, refuse(410), list(["x", "y", "z"])], [watch([])]);
    expect((await follow(api, ends(1))).events).toEqual(["=x,y,z"]);
    expect(api.requests[2]).toBe(path);
  });

  test("that fails in the middle is none", async () => {
    await using api = await startScriptedAPI([first, refuse(500), list(["a", "b", "c"])], [watch([])]);
    expect((await follow(api, ends(1))).events).toEqual(["=a,b,c"]);
  });

  test("that never ends is none", async () => {
    await using api = await startScriptedAPI([first, first, list(["c"])], [watch([])]);
    const { events, reasons } = await follow(api, ends(1));
    expect([events, reasons()]).toEqual([["=c"], ["unreadable"]]);
  });

  test("whose body never ends is given up", async () => {
    const trickle: Answer = (response) => {
      const timer = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(timer));
    };
    await using api = await startScriptedAPI([trickle, list(["a"])], [watch([])]);
    const { events, reasons } = await follow(api, ends(1), { list: 300 });
    expect([events, reasons()]).toEqual([["=a"], ["disconnected"]]);
  });
});

describe("no error looks like an empty list", () => {
  test.each<[string, string, Answer]>([
    ["unauthorized", "401", refuse(401)],
    ["forbidden", "403", refuse(403)],
    ["not-found", "404 in plain text", (response) => void response.writeHead(404).end("404 page not found\n")],
    ["refused", "500", refuse(500)],
    ["refused", "429", refuse(429)],
    ["unreadable", "an HTML page", (response) => void response.end("<html>Sign in</html>")],
    ["unreadable", "JSON of something else", (response) => void response.end('{"items":[]}')],
    [
      "unreadable",
      "half a list",
      (response) => void response.end('{"metadata":{"resourceVersion":"1"},"items":[{"met'),
    ],
    ["unreadable", "null", (response) => void response.end("null")],
    [
      "disconnected",
      "a cut in the body",
      (response) => {
        response.writeHead(200, { "content-length": "1000" });
        response.write('{"metadata":', () => response.destroy());
      },
    ],
    ["disconnected", "a cut before the head", (response) => void response.destroy()],
  ])("%s: %s", async (reason, _what, answer) => {
    await using api = await startScriptedAPI([answer, list(["a"])], [watch([])]);
    const { events, reasons } = await follow(api, ends(1));
    expect([events, reasons()]).toEqual([["=a"], [reason]]);
  });

  test("nobody listens", async () => {
    const api = await startScriptedAPI([list([])], [watch([])]);
    await api[Symbol.asyncDispose]();
    const { events, reasons } = await follow(api, ({ states }) => states.length >= 4);
    expect([events, reasons()]).toEqual([[], ["disconnected", "disconnected"]]);
  });
});

describe("a watch", () => {
  const marked = "naïve-日本語-🦀";
  const line = eventLine("ADDED", objectNamed(marked));

  test("is read however its bytes are cut", async () => {
    const bytes = Buffer.from(line + eventLine("ADDED", objectNamed("z")));
    const byteByByte: Answer = async (response) => {
      response.writeHead(200);
      response.flushHeaders();
      response.socket?.setNoDelay(true);
      for (const byte of bytes) {
        response.write(Buffer.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await using api = await startScriptedAPI([list([])], [byteByByte]);
    expect((await follow(api, ends(3))).events).toEqual(["=", `+${marked}`, "+z"]);
  });

  test("reads many lines of one chunk and a line of three megabytes", async () => {
    const large = eventLine("ADDED", objectNamed("large", { spec: "x".repeat(3_000_000) }));
    await using api = await startScriptedAPI([list([])], [watch([line + line + large + line])]);
    expect((await follow(api, ends(5))).events.slice(3)).toEqual(["+large", `+${marked}`]);
  });

  test("that is cut in the middle of a line leaves the line out and lists again", async () => {
    const cut: Answer = (response) => {
      response.writeHead(200);
      response.write(line + line.slice(0, 20), () => response.destroy());
    };
    await using api = await startScriptedAPI([list([])], [cut, watch([])]);
    const { events, reasons } = await follow(api, ends(3));
    expect([events, reasons()]).toEqual([["=", `+${marked}`, "="], ["disconnected"]]);
  });

  test.each([
    [410, "expired"],
    [500, "error-event"],
    [504, "error-event"],
    [403, "error-event"],
  ])("with an ERROR event of code %d lists again", async (code, reason) => {
    const error = eventLine("ERROR", { kind: "Status", code, message: "too old resource version" });
    await using api = await startScriptedAPI([list(["a"])], [watch([error]), watch([])]);
    const { events, reasons } = await follow(api, ends(2));
    expect([events, reasons()]).toEqual([["=a", "=a"], [reason]]);
  });

  test.each([
    ["no JSON", "nonsense\n"],
    ["an event without an object", '{"type":"ADDED"}\n'],
  ])("with %s lists again", async (_what, rubbish) => {
    await using api = await startScriptedAPI([list(["a"])], [watch([rubbish]), watch([])]);
    const { events, reasons } = await follow(api, ends(2));
    expect([events, reasons()]).toEqual([["=a", "=a"], ["unreadable"]]);
  });

  test("that is refused with 410 lists again", async () => {
    await using api = await startScriptedAPI([list(["a"])], [refuse(410), watch([])]);
    const { events, reasons } = await follow(api, ends(2));
    expect([events, reasons()]).toEqual([["=a", "=a"], ["expired"]]);
  });

  test("that stays silent is dead, and bookmarks keep it alive", async () => {
    const bookmarks: Answer = (response) => {
      response.writeHead(200);
      const write = (): void => void response.write(eventLine("BOOKMARK", { metadata: { resourceVersion: "1" } }));
      const timer = setInterval(write, 100);
      response.on("close", () => clearInterval(timer));
      setTimeout(() => response.write(line), 1_500);
    };
    await using api = await startScriptedAPI([list([])], [watch([]), bookmarks]);
    const { events, reasons } = await follow(api, ends(3), { silence: 1_000 });
    expect([events, reasons()]).toEqual([["=", "=", `+${marked}`], ["silent"]]);
  });

  test("that ends again and again is opened ever more slowly", async () => {
    await using api = await startScriptedAPI([list([])], [watch([], true)]);
    const waits: number[] = [];
    const stop = new AbortController();
    const clock = {
      now: systemClock.now,
      random: () => 1,
      sleep: async (milliseconds: number) => {
        waits.push(milliseconds);
        if (waits.length === 8) stop.abort();
        return sleep(1);
      },
    };
    const watching = watchWith(api.url, clock, stop.signal);
    for await (const event of watching) expect(event.kind).toBe("replace");
    expect(waits).toEqual([50, 100, 200, 400, 500, 500, 500, 500]);
  });
});

test("a refusal is met with at least a second, and with what the server asks for", async () => {
  const busy: Answer = (response) => void response.writeHead(429, { "retry-after": "7" }).end();
  await using api = await startScriptedAPI([refuse(403), busy, list([])], [watch([])]);
  const waits: number[] = [];
  const stop = new AbortController();
  const clock = { ...systemClock, sleep: async (milliseconds: number) => void waits.push(milliseconds) };
  const watching = watchWith(api.url, clock, stop.signal);
  for await (const event of watching) if (event.kind === "replace") stop.abort();
  expect(waits).toEqual([5000, 7000]);
});

/** Lists and watches by a clock of the test's. */
function watchWith(server: string, clock: Clock, signal: AbortSignal): ReturnType<typeof listAndWatch<number>> {
  return listAndWatch({
    path,
    read: () => 0,
    transport: openTransport({ server, options: { headers: {} } }),
    clock,
    retry: new Backoff(clock),
    signal,
    onState: () => {},
    limits,
  });
}
