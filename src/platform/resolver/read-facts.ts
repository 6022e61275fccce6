/** Looks at how this machine resolves names, before a way is chosen. Nothing is changed. */
import { readFile } from "node:fs/promises";
import { type Ran, runProgram } from "../../base/process.ts";
import { isLoopback } from "../../records/address.ts";
import { nsswitchFile } from "../linux-files.ts";
import { findPortHolder } from "../port-holder.ts";
import { isRoot } from "../user.ts";
import { dnsmasqFolder } from "./dnsmasq.ts";
import type { LocalServerFacts, ResolvedFacts, ResolverFacts } from "./facts.ts";
import { linkName } from "./link.ts";
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

export const systemLooks: Looks = {
  run: async (program, parameters) => runProgram(program, parameters, { timeout: 5000 }),
  read: async (path) => readFile(path, "utf8").catch(() => ""),
};

/** Gathers the facts. */
export async function readResolverFacts(looks: Looks = systemLooks): Promise<ResolverFacts> {
  const nameservers = nameserversIn(await looks.read("/etc/resolv.conf"));
  const [resolved, networkManagerMode, holder] = await Promise.all([
    readResolved(looks, nameservers),
    readNetworkManager(looks),
    nameservers.every(isLoopback) && nameservers.length > 0 ? findPortHolder(53, looks.run, "udp") : undefined,
  ]);
  return {
    mayTell: isRoot(),
    resolved,
    networkManagerMode,
    dnsmasq: holder?.name === "dnsmasq" ? await readDnsmasq(looks, holder.pid) : undefined,
    unbound: holder?.name === "unbound" ? await readUnbound(looks) : undefined,
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

async function readDnsmasq({ read }: Looks, pid: number): Promise<LocalServerFacts> {
  const command = (await read(`/proc/${pid}/cmdline`)).split("\0");
  const settings = await read("/etc/dnsmasq.conf");
  return {
    readsFolder: readsDnsmasqFolder(command, settings, dnsmasqFolder),
    isValidating: /^\s*dnssec\s*$/m.test(settings),
  };
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
