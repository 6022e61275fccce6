/** The guard against real networks: a desktop with a home network and a bridge of guests, in network namespaces of their own. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Desktop, openDesktop } from "../cluster/desktop.ts";
import { eventually } from "../cluster/eventually.ts";
import { type Link, type Namespaces, connect, openNamespaces } from "../cluster/namespaces.ts";
import { type Program, run, startProgram } from "../cluster/program.ts";

const launcher = join(import.meta.dirname, "..", "..", "hostsfile-server");
const port = 5000;
const adminToken = "0123456789abcdef0123456789abcdef";

/** Documentation addresses (RFC 5737, RFC 3849): the home network has the default route, the bridge has none. */
const home = { desktop: "198.51.100.12", neighbour: "198.51.100.99" };
const bridge = { desktop: "192.0.2.1", guest: "192.0.2.7", desktop6: "2001:db8:2::1", guest6: "2001:db8:2::7" };

interface Networks extends AsyncDisposable {
  readonly desktop: Namespaces;
  readonly neighbour: Namespaces;
  readonly guest: Namespaces;
}

async function openNetworks(): Promise<Networks> {
  await using opened = new AsyncDisposableStack();
  const [desktop, neighbour, guest] = [
    opened.use(await openNamespaces("network")),
    opened.use(await openNamespaces("network")),
    opened.use(await openNamespaces("network")),
  ];
  await connect(desktop, neighbour, { name: "eth0", addresses: [[home.desktop, home.neighbour]] });
  await run([...desktop.enter, "ip", "route", "add", "default", "via", home.neighbour]);
  await connect(desktop, guest, bridgeLink);
  const owned = opened.move();
  return { desktop, neighbour, guest, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const bridgeLink: Link = {
  name: "virbr0",
  addresses: [
    [bridge.desktop, bridge.guest],
    [bridge.desktop6, bridge.guest6],
  ],
};

async function startServer(known: {
  readonly networks: Networks;
  readonly desktop: Desktop;
  readonly flags?: readonly string[];
}): Promise<Program> {
  const { networks, desktop, flags = [] } = known;
  const own = [`--port=${port}`, `--hosts-file=${desktop.hostsFile}`, `--state-dir=${desktop.stateFolder}`];
  const program = await startProgram([...networks.desktop.enter, launcher, ...own, ...flags]);
  await eventually(async () => expect(await call(networks.desktop, "GET /readyz")).toBe(200));
  return program;
}

/** Calls with curl, as a pod or a user does, and tells the status; 0 when there was no answer. */
async function call(
  from: Namespaces,
  request: string,
  options: { readonly at?: string; readonly token?: string; readonly body?: string } = {},
): Promise<number> {
  const { at = "127.0.0.1", token, body } = options;
  const [method = "", path = ""] = request.split(" ");
  const shown = token === undefined ? [] : ["--user", `cluster:${token}`];
  const data = body === undefined ? [] : ["--data", body];
  const url = `http://${at.includes(":") ? `[${at}]` : at}:${port}${path}`;
  const curl = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", "-X", method];
  return Number(await run([...from.enter, ...curl, ...shown, ...data, url]).catch(() => "0"));
}

async function printToken(file: string, cluster: string): Promise<string> {
  return (await run([launcher, "token", `--cluster=${cluster}`, `--token-file=${file}`])).trim();
}

const isRoot = process.geteuid?.() === 0;

describe.skipIf(!isRoot)("from another machine (needs root for network namespaces)", () => {
  test("without a flag, guests of a bridge may call the webhook, neighbours may not, and only this machine configures", async () => {
    await using networks = await openNetworks();
    await using desktop = await openDesktop();
    await using server = await startServer({ networks, desktop });

    expect(await call(networks.guest, "GET /records", { at: bridge.desktop })).toBe(200);
    expect(await call(networks.guest, "GET /records", { at: bridge.desktop6 })).toBe(200);
    expect(await call(networks.neighbour, "GET /records", { at: home.desktop })).toBe(503);
    expect(server.log()).toContain(`${home.neighbour} may not call GET /records`);
    expect(server.log()).toContain(`--allow=${home.neighbour}`);

    expect(await call(networks.guest, "POST /domains", { at: bridge.desktop, body: "evil.io" })).toBe(403);
    expect(await call(networks.guest, "GET /status", { at: bridge.desktop })).toBe(403);
    expect(await call(networks.desktop, "POST /domains", { at: home.desktop, body: "dtk.io" })).toBe(200);
    expect(await run([...networks.desktop.enter, "curl", "-s", `http://localhost:${port}/domains`])).toBe('["dtk.io"]');
  });

  test("a cluster IP opens its network, and a bridge that comes later is seen", async () => {
    await using networks = await openNetworks();
    await using desktop = await openDesktop();
    await using _server = await startServer({ networks, desktop });
    await using late = await openNamespaces("network");

    expect(await call(networks.neighbour, "GET /records", { at: home.desktop })).toBe(503);
    expect(await call(networks.desktop, "POST /clusterip", { body: "198.51.100.50" })).toBe(200);
    expect(await call(networks.neighbour, "GET /records", { at: home.desktop })).toBe(200);

    await connect(networks.desktop, late, { name: "br-kind", addresses: [["203.0.113.1", "203.0.113.7"]] });
    await eventually(async () => expect(await call(late, "GET /records", { at: "203.0.113.1" })).toBe(200));
  });

  test("--allow takes the place of what was found, and IPv4 callers of the dual-stack port match it", async () => {
    await using networks = await openNetworks();
    await using desktop = await openDesktop();
    await using _server = await startServer({ networks, desktop, flags: ["--allow=198.51.100.0/24"] });

    expect(await call(networks.neighbour, "GET /records", { at: home.desktop })).toBe(200);
    expect(await call(networks.guest, "GET /records", { at: bridge.desktop })).toBe(503);
    expect(await call(networks.desktop, "GET /records", { at: bridge.desktop })).toBe(200);
  });

  test("with --token-file a token is required from everywhere, and each opens its own cluster only", async () => {
    await using networks = await openNetworks();
    await using desktop = await openDesktop();
    const file = join(desktop.stateFolder, "..", "token");
    await writeFile(file, `${adminToken}\n`, { mode: 0o600 });
    await using server = await startServer({ networks, desktop, flags: [`--token-file=${file}`] });
    const [ofDefault, ofKind] = [await printToken(file, "default"), await printToken(file, "kind-a")];
    const guestCalls = (request: string, token?: string) =>
      call(networks.guest, request, { at: bridge.desktop, ...(token !== undefined && { token }) });

    expect(await call(networks.desktop, "GET /records")).toBe(401);
    expect(await guestCalls("GET /records")).toBe(401);
    expect(await guestCalls("GET /records", ofKind)).toBe(401);
    expect(await guestCalls("GET /records", ofDefault)).toBe(200);
    expect(await call(networks.neighbour, "GET /records", { at: home.desktop, token: ofDefault })).toBe(200);
    expect(await guestCalls("GET /status", ofDefault)).toBe(401);
    expect(await guestCalls("GET /status", adminToken)).toBe(200);
    expect(await guestCalls("GET /clusters/kind-a/records", ofKind)).toBe(503);
    const configure = { at: bridge.desktop, token: adminToken, body: "dtk.io" };
    expect(await call(networks.guest, "POST /clusters/kind-a/domains", configure)).toBe(200);
    expect(await guestCalls("GET /clusters/kind-a/records", ofKind)).toBe(200);
    expect(server.log()).toContain("hostsfile-server token --cluster default");
    expect(server.log()).not.toContain(ofDefault);
    expect(server.log()).not.toContain(adminToken);
  });

  test("--allow holds beside the token", async () => {
    await using networks = await openNetworks();
    await using desktop = await openDesktop();
    const file = join(desktop.stateFolder, "..", "token");
    await writeFile(file, adminToken, { mode: 0o600 });
    const flags = [`--token-file=${file}`, `--allow=${bridge.guest}`];
    await using _server = await startServer({ networks, desktop, flags });
    const token = await printToken(file, "default");

    expect(await call(networks.guest, "GET /records", { at: bridge.desktop, token })).toBe(200);
    expect(await call(networks.neighbour, "GET /records", { at: home.desktop, token })).toBe(503);
  });

  test("where IPv6 is switched off it still listens on IPv4", async () => {
    await using networks = await openNetworks();
    await using desktop = await openDesktop();
    await run([...networks.desktop.enter, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6"]);
    await using _server = await startServer({ networks, desktop });
    expect(await call(networks.guest, "GET /records", { at: bridge.desktop })).toBe(200);
  });

  test("slow guests hold up neither another guest's request nor the desktop", async () => {
    await using networks = await openNetworks();
    await using desktop = await openDesktop();
    await using _server = await startServer({ networks, desktop });
    const head = "POST /records HTTP/1.1\\r\\nHost: desktop\\r\\nContent-Length: 100\\r\\n\\r\\n{";
    const hold = `for i in $(seq 60); do exec {fd}<>/dev/tcp/${bridge.desktop}/${port}; printf '${head}' >&$fd; done; echo held; sleep 600`;
    await using slow = await startProgram([...networks.guest.enter, "bash", "-c", hold]);
    await eventually(() => expect(slow.log()).toContain("held"));

    expect(await call(networks.desktop, "GET /records")).toBe(200);
    expect(await call(networks.guest, "GET /records", { at: bridge.desktop6 })).toBe(200);
    // The slow address itself has too many requests in flight.
    expect(await call(networks.guest, "GET /records", { at: bridge.desktop })).toBe(503);
  });
});
