/** Which networks may call without a token, on real interfaces, bridges and routing tables: what leads out of the machine never does. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openDesktop } from "../cluster/desktop.ts";
import { eventually } from "../cluster/eventually.ts";
import { type Namespaces, connect, openNamespaces } from "../cluster/namespaces.ts";
import { type Program, run, startProgram } from "../cluster/program.ts";

const script = join(import.meta.dirname, "..", "..", "dist", "hostsfile-server.js");
const port = 5000;

/** Documentation addresses (RFC 5737). */
const home = { desktop: "198.51.100.12", neighbour: "198.51.100.99" };
const bridge = { desktop: "192.0.2.1", guest: "192.0.2.7" };

interface Scene extends AsyncDisposable {
  readonly machine: Namespaces;
  /** Runs `ip` on the desktop, one command a line. */
  readonly ip: (commands: string) => Promise<unknown>;
  readonly start: (environment?: readonly string[]) => Promise<Program>;
  readonly callsOf: () => Promise<{ readonly neighbour: number; readonly guest: number }>;
  /** The networks that the server says may call. */
  readonly allowed: () => Promise<readonly string[]>;
}

/**
 * A desktop with a cable to a neighbour at home, and the bridge of a guest; there is no default route yet. Bridges have
 * addresses of their own, since they change with their ports otherwise, which others notice late.
 */
async function openScene(): Promise<Scene> {
  await using opened = new AsyncDisposableStack();
  const [machine, neighbour, guest] = [
    opened.use(await openNamespaces("network")),
    opened.use(await openNamespaces("network")),
    opened.use(await openNamespaces("network")),
  ];
  const desktop = opened.use(await openDesktop());
  await connect(machine, neighbour, { name: "eth0", addresses: [[home.desktop, home.neighbour]] });
  await connect(machine, guest, { name: "vnet0", addresses: [[bridge.desktop, bridge.guest]] });
  const ip = async (commands: string): Promise<unknown> =>
    run([...machine.enter, "ip", "-batch", "-"], { input: commands });
  await ip(`
    link add virbr0 address 02:00:00:00:00:02 type bridge
    address flush dev vnet0
    address add ${bridge.desktop}/24 dev virbr0
    link set virbr0 up
    link set vnet0 master virbr0`);
  const call = async (from: Namespaces, at: string): Promise<number> => {
    const url = `http://${at}:${port}/records`;
    return Number(
      await run([...from.enter, "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", url]),
    );
  };
  const local = [...machine.enter, "curl", "-s", "--max-time", "10"];
  const start = async (environment: readonly string[] = []): Promise<Program> => {
    const flags = [`--port=${port}`, `--hosts-file=${desktop.hostsFile}`, `--state-dir=${desktop.stateFolder}`];
    const command = [...machine.enter, "env", ...environment, process.execPath, script, ...flags];
    const program = await startProgram(command);
    await eventually(async () => run([...local, "--fail", `http://localhost:${port}/readyz`]));
    return program;
  };
  const owned = opened.move();
  return {
    machine,
    ip,
    start,
    callsOf: async () => ({
      neighbour: await call(neighbour, home.desktop),
      guest: await call(guest, bridge.desktop),
    }),
    allowed: async () => {
      const status = JSON.parse(await run([...local, `http://localhost:${port}/status`])) as {
        readonly server: { readonly allowed: readonly string[] };
      };
      return status.server.allowed;
    },
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

/** Holds a tap open as the program does that made it, with the same flags (Linux include/uapi/linux/if_tun.h). */
async function openTap(
  { machine, ip }: Scene,
  tap: { name: string; flags: number; address: string },
): Promise<Program> {
  const { name, flags, address } = tap;
  const code = `
import fcntl, struct, time
with open("/dev/net/tun", "rb+", buffering=0) as tap:
    fcntl.ioctl(tap, 0x400454ca, struct.pack("16sH22x", b"${name}", ${flags}))
    print("open", flush=True)
    time.sleep(600)`;
  const program = await startProgram([...machine.enter, "python3", "-c", code]);
  await eventually(() => expect(program.log()).toContain("open"));
  await ip(`
    address add ${address} dev ${name}
    link set ${name} up`);
  return program;
}

const hasPython = spawnSync("python3", ["--version"]).status === 0;
const isRoot = process.geteuid?.() === 0;

describe.skipIf(!isRoot)("without a token (needs root for network namespaces)", () => {
  test("an uplink by policy routing lets nobody in, while a bridge of guests does", async () => {
    await using scene = await openScene();
    await scene.ip(`
      route add default via ${home.neighbour} dev eth0 table 100
      rule add from ${home.desktop} table 100`);
    await using _server = await scene.start();
    expect(await scene.callsOf()).toEqual({ neighbour: 503, guest: 200 });
  });

  test("where other tables cannot be listed, nobody is let in", async () => {
    await using scene = await openScene();
    await scene.ip(`route add default via ${home.neighbour} dev eth0 table 100`);
    await using _server = await scene.start(["PATH=/nonexistent"]);
    expect(await scene.callsOf()).toEqual({ neighbour: 503, guest: 503 });
  });

  test("a VPN that takes all traffic by a table of its own closes no bridge", async () => {
    await using scene = await openScene();
    await scene.ip(`
      tuntap add tun0 mode tun
      address add 203.0.113.2/24 dev tun0
      link set tun0 up
      route add default via ${home.neighbour} dev eth0
      route add default dev tun0 table 51820
      rule add not fwmark 51820 table 51820
      rule add table main suppress_prefixlength 0`);
    await using _server = await scene.start();
    expect(await scene.callsOf()).toEqual({ neighbour: 503, guest: 200 });
    expect(await scene.allowed()).toEqual(["192.0.2.0/24"]);
  });

  test("an uplink that loses its default route for a moment lets nobody in", async () => {
    await using scene = await openScene();
    await scene.ip(`route add default via ${home.neighbour} dev eth0`);
    await using _server = await scene.start();
    expect(await scene.callsOf()).toEqual({ neighbour: 503, guest: 200 });
    await scene.ip("route delete default");
    // What the kernel said is believed for a second.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await scene.callsOf()).toEqual({ neighbour: 503, guest: 200 });
  });

  test("guests on a bridge with an uplink are as far away as the uplink", async () => {
    await using scene = await openScene();
    await scene.ip(`
      link add br0 address 02:00:00:00:00:01 type bridge
      address flush dev eth0
      address add ${home.desktop}/24 dev br0
      link set br0 up
      link set eth0 master br0
      route add default via ${home.neighbour} dev br0
      link add cable0 type veth peer name cable1
      link set cable0 master br0 up
      link set cable1 master virbr0 up`);
    await using _server = await scene.start();
    expect(await scene.callsOf()).toEqual({ neighbour: 503, guest: 503 });
    await scene.ip("link delete cable0");
    await eventually(async () => expect(await scene.callsOf()).toEqual({ neighbour: 503, guest: 200 }));
  });

  test.skipIf(!hasPython)(
    "the tap of a virtual machine lets it in, the tap of a VPN does not (python3 opens them)",
    async () => {
      await using scene = await openScene();
      await scene.ip(`route add default via ${home.neighbour} dev eth0`);
      await using _server = await scene.start();
      await using _guest = await openTap(scene, { name: "tap0", flags: 0x50_02, address: "203.0.113.1/25" });
      await using _vpn = await openTap(scene, { name: "tap1", flags: 0x10_02, address: "203.0.113.129/25" });
      await eventually(async () => expect(await scene.allowed()).toEqual(["192.0.2.0/24", "203.0.113.0/25"]));
    },
  );
});
