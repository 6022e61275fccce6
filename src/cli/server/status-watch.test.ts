/** What counts as a change where each change is printed, and what is printed then. */
import { PassThrough } from "node:stream";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type SaidAnswer, answeringServer } from "../../../test/support/answering-server.ts";
import { clusterOf, resolverOf, statusOf, teamOf, watchOf } from "../../../test/support/status.ts";
import { makeTestApp, webhookMediaType } from "../../../test/support/test-app.ts";
import type { Status } from "../../contract/status.ts";
import { substanceOf, watchStatus } from "./status-watch.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const headers = { accept: webhookMediaType, "content-type": webhookMediaType };

test("a call of ExternalDNS and a longer silence are none; a name, a setting and a trouble are", async () => {
  await using app = await makeTestApp();
  const look = async (): Promise<string> => substanceOf({ status: await app.status() });
  await app.call("POST /domains", { body: "dtk.io" });
  await app.call("POST /clusterip", { body: "192.168.122.167" });
  await app.call("GET /records", { headers });
  const looks = [await look()];
  app.pass(60_000);
  await app.call("GET /records", { headers });
  expect(await look()).toBe(looks.at(-1));
  app.pass(240_000);
  looks.push(await look());
  app.pass(60_000);
  expect(await look()).toBe(looks.at(-1));
  const create = [{ dnsName: "foo.dtk.io", recordType: "CNAME", targets: ["foo.dtk.io"] }];
  await app.call("POST /records", { headers, body: JSON.stringify({ create }) });
  looks.push(await look());
  await app.call("POST /domains", { body: "mydomain.io" });
  looks.push(await look(), substanceOf({ trouble: { code: "no-server", message: "", hint: "" } }));
  expect(new Set(looks).size).toBe(looks.length);
});

test("a question of the resolver is none, and a domain that it is told is one", () => {
  const substance = (resolver: Parameters<typeof resolverOf>[0]) =>
    substanceOf({ status: statusOf({ resolver: resolverOf(resolver) }) });
  const [earlier, later] = ["2026-01-01T00:00:00.000Z", "2026-01-01T00:00:05.000Z"];
  expect(substance({ questions: 7, lastQuestionAt: earlier })).toBe(substance({ questions: 8, lastQuestionAt: later }));
  expect(substance({ domains: [] })).not.toBe(substance({}));
});

describe("what counts as a change", () => {
  type Part = Parameters<typeof statusOf>[0];
  const substance = (part: Part): string => substanceOf({ status: statusOf(part) });
  const [earlier, later] = ["2026-01-01T00:00:00.000Z", "2026-01-01T00:00:05.000Z"];
  const kind = {
    kind: "Ingress",
    group: "networking.k8s.io",
    version: "v1",
    namespaces: [],
    state: "live",
    objects: 1,
    lastEvent: earlier,
  };
  const watcher = {
    user: "ann",
    pid: 1,
    version: "0.0.0",
    since: earlier,
    lastHeard: earlier,
    running: true,
    contexts: [],
  };
  const responder = { sockets: [], queries: 1, drops: 0, lastQueryAt: earlier };
  const sink = {
    name: "DNS responder",
    ok: true,
    lastWrittenAt: null,
    method: null,
    conflicts: { total: 0, list: [] },
    trouble: null,
  };
  const item = {
    code: "a-code",
    message: "5 minutes.",
    hint: "Do this:",
    command: "do this",
    severity: "warning",
  } as const;

  test.each<[string, Part, Part]>([
    [
      "ExternalDNS calls again",
      { clusters: [clusterOf({ lastHeard: earlier, silentSeconds: 3 })] },
      { clusters: [clusterOf({ lastHeard: later, silentSeconds: 0 })] },
    ],
    [
      "a watcher reports again",
      { watchers: [watcher], clusters: [clusterOf({ watch: watchOf({ lastHeard: earlier }) })] },
      { watchers: [{ ...watcher, lastHeard: later }], clusters: [clusterOf({ watch: watchOf({ lastHeard: later }) })] },
    ],
    [
      "an object comes that asks for no name",
      { clusters: [clusterOf({ watch: watchOf({ kinds: [kind] }) })] },
      { clusters: [clusterOf({ watch: watchOf({ kinds: [{ ...kind, objects: 2, lastEvent: later }] }) })] },
    ],
    [
      "somebody asks the responder",
      { sinks: [{ ...sink, responder }] },
      { sinks: [{ ...sink, responder: { ...responder, queries: 2, lastQueryAt: later } }] },
    ],
    ["an advice says another time", { attention: [item] }, { attention: [{ ...item, message: "6 minutes." }] }],
  ])("not that %s", (_, before, after) => {
    expect(substance(after)).toBe(substance(before));
  });

  test.each<[string, Part, Part]>([
    ["a cluster comes", {}, { clusters: [clusterOf()] }],
    ["a name comes", { clusters: [clusterOf()] }, { clusters: [clusterOf({ shown: 1 })] }],
    [
      "a watch is cut off",
      { clusters: [clusterOf({ watch: watchOf() })] },
      { clusters: [clusterOf({ watch: watchOf({ state: "unreachable" }) })] },
    ],
    [
      "a kind may not be read",
      { clusters: [clusterOf({ watch: watchOf({ kinds: [kind] }) })] },
      { clusters: [clusterOf({ watch: watchOf({ kinds: [{ ...kind, state: "forbidden" }] }) })] },
    ],
    ["a watcher ends", { watchers: [watcher] }, { watchers: [{ ...watcher, running: false }] }],
    ["a sink fails", { sinks: [sink] }, { sinks: [{ ...sink, ok: false }] }],
    [
      "a socket opens",
      { sinks: [{ ...sink, responder }] },
      {
        sinks: [
          { ...sink, responder: { ...responder, sockets: [{ address: "127.0.0.1:1", transport: "udp", open: true }] } },
        ],
      },
    ],
    ["a team is cut off", { teams: [teamOf()] }, { teams: [teamOf({ state: "unreachable" })] }],
    ["something needs attention", {}, { attention: [item] }],
    ["the command for it is another one", { attention: [item] }, { attention: [{ ...item, command: "do that" }] }],
    ["the server is not ready", {}, { server: { ready: false } }],
  ])("that %s", (_, before, after) => {
    expect(substance(after)).not.toBe(substance(before));
  });
});

describe("what is printed", () => {
  const first = statusOf({ clusters: [clusterOf()] });
  const second = statusOf({ clusters: [clusterOf({ shown: 1 })] });
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

  /** Lets the server answer with these, one after the other, and the last again and again, until so many texts were printed. */
  async function watch(answers: readonly (Status | SaidAnswer)[], count: number, json: boolean, isTTY = false) {
    let asked = 0;
    await using server = await answeringServer(() => {
      const said = answers[Math.min(asked, answers.length - 1)] ?? "gone";
      asked += 1;
      return typeof said === "object" && "schemaVersion" in said ? { body: JSON.stringify(said) } : said;
    });
    const printed: string[] = [];
    const enough = new Error("enough");
    const write = (text: string): void => {
      if (printed.push(text) === count) throw enough;
    };
    const stdout = Object.assign(new PassThrough(), { isTTY, write });
    vi.spyOn(process, "stdout", "get").mockReturnValue(stdout as never);
    const before = signals.map((signal) => process.listeners(signal));
    const place = { host: "127.0.0.1", port: server.port, tokenFile: undefined };
    await expect(watchStatus({ ...place, json })).rejects.toBe(enough);
    for (const [index, signal] of signals.entries()) {
      const added = process.listeners(signal).filter((each) => before[index]?.includes(each) === false);
      expect(added).toHaveLength(1);
      for (const listener of added) process.off(signal, listener);
    }
    return { printed, asked };
  }

  test("each change is printed once, after a line with the time; what is the same is not", async () => {
    const { printed, asked } = await watch([first, first, second], 2, false);
    expect(printed[0]).toMatch(/^hostsfile-server 0\.0\.0 is ready\n/);
    expect(printed[1]).toMatch(/^\n--- 20\d\d-\d\d-\d\dT[\d:.]+Z\nhostsfile-server 0\.0\.0 is ready\n/);
    expect(asked).toBe(3);
  });

  test("as JSON it is one line each, and nothing else", async () => {
    const { printed } = await watch([first, second], 2, true);
    expect(printed.map((text) => (JSON.parse(text) as Status).clusters.map(({ shown }) => shown))).toEqual([[0], [1]]);
    for (const text of printed) expect(text.trimEnd()).not.toContain("\n");
  });

  test("a server that does not answer is a trouble, and may come back", async () => {
    const gone: SaidAnswer = { status: 503, body: '{"error":"It starts.","hint":"Wait.","code":"starting"}' };
    const { printed } = await watch([first, gone, first], 3, false);
    expect(printed[1]).toMatch(/Z\nIt starts\.\n {2}Wait\.\n$/);
    expect(printed[2]).toContain("is ready");
    const { printed: asJSON } = await watch([gone], 1, true);
    expect(JSON.parse(asJSON[0] ?? "")).toEqual({ code: "starting", message: "It starts.", hint: "Wait." });
  });

  test.each([
    ["as JSON", true, "xterm-256color", false],
    ["where a terminal cannot go back", false, "dumb", false],
    ["else", false, "xterm-256color", true],
  ])("on a terminal, %s, with JSON %s and TERM %s it is drawn over itself: %s", async (_, json, term, isDrawn) => {
    vi.stubEnv("TERM", term);
    const { printed } = await watch([first], 1, json, true);
    expect(printed[0]?.startsWith("\u001B[?1049h")).toBe(isDrawn);
    expect(printed[0]?.includes("\u001B[?")).toBe(isDrawn);
  });
});
