/** Looks at how this machine resolves names, before a way is chosen. Nothing is changed. */
import { readFile } from "node:fs/promises";
import { type Ran, runProgram } from "../../base/process.ts";
import { isLoopback } from "../../records/address.ts";
import { nsswitchFile, resolvConfFile } from "../linux-files.ts";
import { findPortHolder } from "../port-holder.ts";
import { isRoot } from "../user.ts";
import { dnsmasqFolder } from "./dnsmasq.ts";
import type { DnsmasqFacts, LocalServerFacts, ResolvedFacts, ResolverFacts } from "./facts.ts";
import { linkName } from "./link.ts";
import { networkManagerFolder } from "./network-manager.ts";
import {
  asksResolved,
  globalServersIn,
  isStub,
  nameserversIn,
  readsDnsmasqFolder,
  readsUnboundFolder,
  versionIn,
  isValidatingIn,
} from "./read-texts.ts";
import { unboundFolder } from "./unbound.ts";

/** Where the reader looks; in tests, texts that real systems wrote. */
export interface Looks {
  /** Runs a program that changes nothing. */
  readonly run: (program: string, parameters: readonly string[]) => Promise<Pick<Ran, "ok" | "output">>;
  /** A file's text, empty when it cannot be read. */
  readonly read: (path: string) => Promise<string>;
}

const systemLooks: Looks = {
  run: async (program, parameters) => runProgram(program, parameters, { timeout: 5000 }),
  read: async (path) => readFile(path, "utf8").catch(() => ""),
};

/** Gathers the facts. */
export async function readResolverFacts(looks: Looks = systemLooks): Promise<ResolverFacts> {
  const nameservers = nameserversIn(await looks.read(resolvConfFile));
  const isHere = nameservers.length > 0 && nameservers.every(isLoopback) && !nameservers.every(isStub);
  const [resolved, networkManagerMode, local] = await Promise.all([
    readResolved(looks, nameservers),
    readNetworkManager(looks),
    isHere ? findLocalServer(looks) : undefined,
  ]);
  return {
    mayTell: isRoot(),
    resolved,
    networkManagerMode,
    networkManagerMustRestart: networkManagerMode === "dnsmasq" && (await mustRestart(looks, [networkManagerFolder])),
    dnsmasq: local?.name === "dnsmasq" ? await readDnsmasq(looks, local.pid) : undefined,
    unbound: local?.name === "unbound" ? await readUnbound(looks) : undefined,
    nameservers,
  };
}

async function readResolved(looks: Looks, nameservers: readonly string[]): Promise<ResolvedFacts | undefined> {
  if (!(await isActive(looks, "systemd-resolved.service"))) return undefined;
  const [{ output: about }, { output: servers }, { output: modes }, nsswitch] = await Promise.all([
    looks.run("resolvectl", ["--version"]),
    looks.run("resolvectl", ["dns"]),
    looks.run("resolvectl", ["dnssec"]),
    looks.read(nsswitchFile),
  ]);
  const version = versionIn(about);
  if (version === undefined) return undefined;
  return {
    version,
    isAsked: asksResolved(nsswitch) || (nameservers.length > 0 && nameservers.every(isStub)),
    isValidating: isValidatingIn(modes, linkName),
    globalServers: globalServersIn(servers),
  };
}

async function readNetworkManager(looks: Looks): Promise<string | undefined> {
  if (!(await isActive(looks, "NetworkManager.service"))) return undefined;
  const name = "org.freedesktop.NetworkManager";
  const place = [name, "/org/freedesktop/NetworkManager/DnsManager", `${name}.DnsManager`, "Mode"];
  const { output } = await looks.run("busctl", ["get-property", ...place]);
  return /^s "([^"]*)"/.exec(output)?.[1] ?? "";
}

/** A server on this machine's port 53. */
interface LocalServer {
  readonly name: string;
  /** Undefined where this process may not see it. */
  readonly pid: number | undefined;
}

/**
 * Our service may not see processes of others, so it takes the service manager's word for what runs. Where both run, one of
 * them does something else.
 */
async function findLocalServer(looks: Looks): Promise<LocalServer | undefined> {
  const holder = await findPortHolder(53, looks.run, "udp");
  if (holder !== undefined) return holder;
  const names = ["dnsmasq", "unbound"];
  const running = await Promise.all(names.map(async (name) => isActive(looks, `${name}.service`)));
  const [name, ...others] = names.filter((_, index) => running[index]);
  return name === undefined || others.length > 0 ? undefined : { name, pid: undefined };
}

/** What the installation saw of the command line holds where it cannot be seen. */
async function readDnsmasq(looks: Looks, pid: number | undefined): Promise<DnsmasqFacts> {
  const { read } = looks;
  const command = pid === undefined ? [] : (await read(`/proc/${pid}/cmdline`)).split("\0");
  const settings = await read("/etc/dnsmasq.conf");
  return {
    readsFolder: pid === undefined || readsDnsmasqFolder(command, settings, dnsmasqFolder),
    isValidating: /^\s*dnssec\s*$/m.test(settings),
    mustRestart: await mustRestart(looks, ["/etc/dnsmasq.conf", dnsmasqFolder, "/etc/default/dnsmasq"]),
  };
}

/**
 * Whether a dnsmasq reads our domains at its start alone: it takes one list of servers, which may be somebody's already,
 * and guards against names that lead inside by settings that it does not read again (dnsmasq(8)).
 *
 * @param places - files and folders with its settings
 */
async function mustRestart({ run }: Looks, places: readonly string[]): Promise<boolean> {
  const { output } = await run("grep", ["-rhsE", "^[^#]*(servers-file|stop-dns-rebind)", ...places]);
  return output.split("\n").some((line) => line.trim() !== "" && !line.includes("hostsfile-server"));
}

/** Debian's validates by a file in the folder itself, others in theirs, so it is taken for validating unless told not to. */
async function readUnbound({ read, run }: Looks): Promise<LocalServerFacts> {
  const settings = await read("/etc/unbound/unbound.conf");
  const { ok, output } = await run("unbound-checkconf", ["-o", "module-config"]);
  return {
    readsFolder: readsUnboundFolder(settings, unboundFolder),
    isValidating: !ok || output.includes("validator"),
  };
}

async function isActive({ run }: Looks, unit: string): Promise<boolean> {
  const { output } = await run("systemctl", ["is-active", unit]);
  return output.trim() === "active";
}
