/** A desktop with a real resolver of some version: Debian in a container, with an uplink whose DNS server writes down what it is asked. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ToyOptions } from "../support/toy-dns.ts";
import { eventually } from "./eventually.ts";
import { connect, openNamespaces } from "./namespaces.ts";
import { type Program, run, startProgram } from "./program.ts";
import { type Machine, bootMachine } from "./systemd.ts";
import { type Suite, systemTree } from "./tools.ts";

const checkout = join(import.meta.dirname, "..", "..");

/** Where the checkout lies on the desktop. */
export const home = "/opt/hostsfile-server";

/** The address of the DNS server of the uplink, and of the desktop there. */
export const uplinkAddress = "203.0.113.1";
const ownAddress = "203.0.113.2";

/** A domain of the internet: every name in it exists. */
export const internet = "internet.example";
export const internetAddress = "198.51.100.7";

/** A domain of others that also is a managed domain in tests. */
export const publicDomain = "shop.example";

export interface ResolverDesktop extends AsyncDisposable {
  readonly machine: Machine;
  readonly shell: Machine["shell"];
  /** Names that the DNS server of the uplink was asked about, once each. */
  readonly askedUplink: () => Promise<ReadonlySet<string>>;
  /** Boots again, with the uplink as before. */
  readonly reboot: () => Promise<void>;
  /** Starts to resolve names of the internet every 50 ms. */
  readonly startProbe: () => Promise<Probe>;
  /** Starts a DNS server on the desktop. */
  readonly startServer: (options: Omit<ToyOptions, "log">) => Promise<NameServer>;
}

export interface Probe extends AsyncDisposable {
  /** What failed so far. */
  readonly failed: () => readonly string[];
  readonly count: () => number;
  /** Milliseconds of the slowest that did not fail. */
  readonly slowest: () => number;
}

export interface NameServer extends AsyncDisposable {
  readonly asked: () => Promise<ReadonlySet<string>>;
  readonly program: Program;
}

/**
 * Boots a desktop.
 *
 * @param options - which Debian, and a script that furnishes its disk; `uplink` tells its resolver the uplink's DNS
 *   server, once the cable is there
 */
export async function openResolverDesktop(options: {
  readonly suite: Suite;
  readonly furnish?: string;
  readonly uplink?: string;
}): Promise<ResolverDesktop> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "hostsfile-server-test-"));
  opened.defer(async () => rm(folder, { recursive: true, force: true }));
  const {
    furnish = "",
    uplink = `resolvectl dns eth0 ${uplinkAddress}; resolvectl default-route eth0 yes; resolvectl llmnr eth0 no`,
  } = options;
  const machine = opened.use(
    await bootMachine({ tree: systemTree(options.suite), furnish: `${atRest}\n${files}\n${furnish}` }),
  );
  const far = opened.use(await openNamespaces("network"));
  const startServer = async (
    enter: readonly string[],
    place: string,
    toy: Omit<ToyOptions, "log">,
  ): Promise<NameServer> => {
    const log = join(folder, `${toy.address}-${toy.port}`);
    await writeFile(log, "", { flag: "a" });
    const script = join(place, "test/support/toy-dns.ts");
    const program = await startProgram([...enter, process.execPath, script, JSON.stringify({ ...toy, log })]);
    await eventually(() => assert.match(program.log(), /open/));
    return {
      program,
      asked: async () => namesIn(await readFile(log, "utf8")),
      [Symbol.asyncDispose]: async () => program[Symbol.asyncDispose](),
    };
  };
  const lay = async (): Promise<void> => {
    const root = `/proc/${machine.leader()}/root`;
    await connect(
      far,
      { ...far, enter: machine.enterNetwork(), root },
      { name: "desktop", addresses: [[uplinkAddress, ownAddress]] },
    );
  };
  const tellUplink = async (): Promise<void> => {
    await machine.shell(`ip route add default via ${uplinkAddress} || true\n${uplink}`);
  };
  await lay();
  const uplinkServer = opened.use(
    await startServer(far.enterNetwork, checkout, {
      address: uplinkAddress,
      port: 53,
      domains: { [internet]: internetAddress, [publicDomain]: internetAddress },
      otherwise: 3,
    }),
  );
  await tellUplink();
  const owned = opened.move();
  return {
    machine,
    shell: machine.shell,
    askedUplink: uplinkServer.asked,
    reboot: async () => {
      await machine.reboot();
      // Its end of the cable may be there for another moment.
      await run([...far.enter, "sh", "-c", "ip link delete desktop 2>/dev/null || true"]);
      await lay();
      await tellUplink();
    },
    startServer: async (toy) => startServer(machine.enterNetwork(), checkout, toy),
    startProbe: async () => {
      const script = `${home}/test/support/resolving-probe.ts`;
      const probe = await startProgram([
        ...machine.enter(),
        `${home}/node_modules/.bin/node`,
        script,
        internet,
        internetAddress,
      ]);
      const lines = (): readonly string[] =>
        probe
          .log()
          .split("\n")
          .filter((line) => /^(?:ok|failed) /.test(line));
      await eventually(() => assert(lines().length > 0, probe.log()));
      return {
        failed: () => lines().filter((line) => line.startsWith("failed")),
        count: () => lines().length,
        slowest: () => Math.max(...lines().map((line) => Number(/^ok (\d+)$/.exec(line)?.[1] ?? 0))),
        // A signal from outside would end nsenter alone, which waits for what it started.
        [Symbol.asyncDispose]: async () => {
          const pid = /^pid (\d+)$/m.exec(probe.log())?.[1] ?? "";
          if (probe.exit() === undefined) await machine.shell(`kill ${pid}`);
          await probe.ended;
        },
      };
    },
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

function namesIn(log: string): ReadonlySet<string> {
  return new Set(log.split("\n").flatMap((line) => (line === "" ? [] : [line.split(" ")[0] ?? ""])));
}

/** Debian starts what is installed; a test starts what it is about. */
const atRest = `
  for unit in NetworkManager dnsmasq unbound; do rm -f "$ROOT/etc/systemd/system/multi-user.target.wants/$unit.service"; done
  rm -f "$ROOT"/etc/systemd/system/network-online.target.wants/*
  ln -sf /dev/null "$ROOT/etc/systemd/system/systemd-networkd-wait-online.service"`;

const files = `
  mkdir -p "$ROOT${home}/node_modules/.bin" "$ROOT${home}/test/support"
  cp -r ${checkout}/hostsfile-server ${checkout}/dist ${checkout}/package.json "$ROOT${home}"
  cp ${checkout}/test/support/resolving-probe.ts "$ROOT${home}/test/support"
  cp -L ${checkout}/node_modules/.bin/node "$ROOT${home}/node_modules/.bin/node"`;
