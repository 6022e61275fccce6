/** Strangers with many addresses against a desktop in a network namespace: whatever they hold, this machine and its guests get in. */
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type Desktop, openDesktop } from "../cluster/desktop.ts";
import { eventually } from "../cluster/eventually.ts";
import { type Namespaces, connect, openNamespaces } from "../cluster/namespaces.ts";
import { type Program, run, startProgram } from "../cluster/program.ts";

const root = join(import.meta.dirname, "..", "..");
const support = join(root, "test", "support");
const port = 5000;

/** Documentation addresses (RFC 5737, RFC 3849). */
const home = { desktop: "198.51.100.12", desktop6: "2001:db8:1::12" };
const bridge = { desktop: "192.0.2.1", guest: "192.0.2.7" };
const strangers = Array.from({ length: 40 }, (_, index) => `198.51.100.${100 + index}`);
const strangers6 = Array.from({ length: 40 }, (_, index) => `2001:db8:1::${100 + index}`);

interface Place extends AsyncDisposable {
  readonly desktop: Namespaces;
  readonly stranger: Namespaces;
  readonly guest: Namespaces;
  readonly files: Desktop;
  readonly server: Program;
}

/** A desktop whose home network has a machine with 80 addresses, and whose bridge has a guest. */
async function openPlace(options: { readonly before?: readonly string[]; readonly flags?: readonly string[] } = {}) {
  await using opened = new AsyncDisposableStack();
  const [desktop, stranger, guest] = [
    opened.use(await openNamespaces("network")),
    opened.use(await openNamespaces("network")),
    opened.use(await openNamespaces("network")),
  ];
  const files = opened.use(await openDesktop());
  const [first = "", ...others] = strangers;
  const [first6 = "", ...others6] = strangers6;
  const addresses = [[home.desktop, first] as const, [home.desktop6, first6] as const];
  await connect(desktop, stranger, { name: "eth0", addresses });
  const script = [
    ...others.map((address) => `ip address add ${address}/24 dev eth0`),
    ...others6.map((address) => `ip address add ${address}/64 dev eth0 nodad`),
  ];
  await run([...stranger.enter, "sh", "-ec", script.join("\n")]);
  await run([...desktop.enter, "ip", "route", "add", "default", "via", first]);
  await run([...desktop.enter, "ip", "route", "add", "default", "via", first6]);
  await connect(desktop, guest, { name: "virbr0", addresses: [[bridge.desktop, bridge.guest]] });
  const { before = [], flags = [] } = options;
  const own = [
    `--port=${port}`,
    `--hosts-file=${files.hostsFile}`,
    `--state-dir=${files.stateFolder}`,
    "--domains=dtk.io",
    "--cluster-ip=192.0.2.7",
  ];
  const server = opened.use(
    await startProgram([...desktop.enter, ...before, join(root, "hostsfile-server"), ...own, ...flags]),
  );
  const owned = opened.move();
  const place: Place = { desktop, stranger, guest, files, server, [Symbol.asyncDispose]: () => owned.disposeAsync() };
  await eventually(async () => expect(await call(desktop, "127.0.0.1", "/readyz")).toBe(200));
  return place;
}

/** Calls with curl and tells the status; 0 when there was no answer. */
async function call(from: Namespaces, at: string, path: string, more: readonly string[] = []): Promise<number> {
  const curl = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", ...more];
  return Number(await run([...from.enter, ...curl, `http://${at}:${port}${path}`]).catch(() => "0"));
}

/** Holds connections from every address until it is disposed of. */
async function hold(known: {
  readonly from: Namespaces;
  readonly at: string;
  readonly addresses: readonly string[];
  readonly request?: string;
}): Promise<Program> {
  const { from, at, addresses, request = String.raw`GET /status HTTP/1.1\r\nHost: desktop\r\n\r\n` } = known;
  const script = join(support, "connection-holder.ts");
  const holder = await startProgram([
    ...from.enter,
    process.execPath,
    script,
    at,
    String(port),
    "28",
    request,
    ...addresses,
  ]);
  await eventually(() => expect(holder.log()).toContain("held"));
  return holder;
}

/** Adds names from this machine without pause, on kept and on fresh connections, as ExternalDNS does. */
async function callSteadily({ desktop }: Place, work: () => Promise<void>): Promise<unknown> {
  const callers = await startProgram([
    ...desktop.enter,
    process.execPath,
    join(support, "steady-callers.ts"),
    String(port),
  ]);
  await work();
  await callers.stop();
  return JSON.parse(callers.log());
}

/** Descriptors that the server has open. */
async function openDescriptors({ server }: Place): Promise<number> {
  return (await readdir(`/proc/${server.pid}/fd`)).length;
}

/** Descriptors that the server has open in the middle of what was seen within a second; some come and go while they are counted. */
async function usualDescriptors(place: Place): Promise<number> {
  const seen: number[] = [];
  for (let count = 0; count < 51; count++) {
    seen.push(await openDescriptors(place));
    await sleep(20);
  }
  return seen.toSorted((one, other) => one - other)[25] ?? Number.NaN;
}

/** Connections that come and go in the moment in which the descriptors are counted, and a write of the hosts file. */
const passing = 10;

const isRoot = process.geteuid?.() === 0;
const silent = "GET / HTTP/1.1";

describe.skipIf(!isRoot)("strangers with many addresses (needs root for network namespaces)", () => {
  test.each([
    ["are refused", undefined, []],
    ["say nothing", silent, []],
    ["are refused, and the server has 128 descriptors", undefined, ["prlimit", "--nofile=128:128"]],
    ["say nothing, and the server has 96 descriptors", silent, ["prlimit", "--nofile=96:96"]],
  ])("when they %s, this machine and its guests get in", async (_, request, before) => {
    await using place = await openPlace({ before });
    const { stranger, guest, desktop } = place;
    const descriptors = await openDescriptors(place);
    await using _holder = await hold({
      from: stranger,
      at: home.desktop,
      addresses: strangers,
      ...(request !== undefined && { request }),
    });
    const counts = await callSteadily(place, async () => {
      for (let count = 0; count < 10; count++) {
        expect(await call(guest, bridge.desktop, "/records")).toBe(200);
        expect(await call(desktop, "127.0.0.1", "/records")).toBe(200);
      }
    });
    expect(counts).toEqual({ 204: expect.any(Number) });
    expect(await usualDescriptors(place)).toBeLessThanOrEqual(descriptors + 32 + passing);
  });

  test("40 addresses of one IPv6 network count as one", async () => {
    await using place = await openPlace();
    const descriptors = await openDescriptors(place);
    await using _holder = await hold({
      from: place.stranger,
      at: home.desktop6,
      addresses: strangers6,
      request: silent,
    });
    expect(await usualDescriptors(place)).toBeLessThanOrEqual(descriptors + 8 + passing);
    // Other strangers are still answered.
    expect(await call(place.stranger, home.desktop, "/records", ["--interface", strangers[0] ?? ""])).toBe(503);
  });

  test("one with a token gets in", async () => {
    await using files = await openDesktop();
    const file = join(files.stateFolder, "..", "token");
    await writeFile(file, "0123456789abcdef0123456789abcdef", { mode: 0o600 });
    await using place = await openPlace({ flags: [`--token-file=${file}`] });
    const [holder = "", ...others] = strangers;
    const shown = ["--interface", holder, "--user", ":0123456789abcdef0123456789abcdef"];
    expect(await call(place.stranger, home.desktop, "/records", shown)).toBe(200);
    await using _holder = await hold({ from: place.stranger, at: home.desktop, addresses: others });
    for (let count = 0; count < 10; count++) {
      expect(await call(place.stranger, home.desktop, "/records", shown)).toBe(200);
    }
  });
});

test("a server whose descriptors were taken away answers again when it has them back", async () => {
  await using desktop = await openDesktop();
  const own = ["--port=0", `--hosts-file=${desktop.hostsFile}`, `--state-dir=${desktop.stateFolder}`];
  await using server = await startProgram([join(root, "hostsfile-server"), ...own]);
  const address = await eventually(() => {
    const [found] = /http:\/\/localhost:\d+/.exec(server.log()) ?? [];
    expect(found).toBeDefined();
    return found ?? "";
  });
  const limit = (soft: number): Promise<string> => run(["prlimit", `--pid=${server.pid}`, `--nofile=${soft}:`]);
  await limit(8);
  await run(["curl", "-s", "--max-time", "2", `${address}/healthz`]).catch(() => "");
  await run(["curl", "-s", "--max-time", "2", `${address}/healthz`]).catch(() => "");
  await limit(1024);
  await eventually(async () => expect(await run(["curl", "-s", `${address}/healthz`])).toBe("ok\n"));
  expect(server.exit()).toBeUndefined();
});
