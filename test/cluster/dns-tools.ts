/** Knot, dnsperf and unbound from Debian's packages, unpacked beside the other tools: their services must not start on this machine. */
import { join } from "node:path";
import { unpackPackages, unpackedEnvironment } from "./debian-packages.ts";
import { cacheFolder } from "./tools.ts";

/** Packages of Debian. */
const packages = ["knot", "dnsperf", "unbound"];

/** Where they are unpacked. */
const dnsToolsFolder = join(cacheFolder, ["dns-tools", ...packages].join("-"));

/** Programs for what judges and measures the DNS responder, and a resolver that is told of it. */
export const dnsTools = {
  folder: dnsToolsFolder,
  knotd: join(dnsToolsFolder, "usr/sbin/knotd"),
  dnsperf: join(dnsToolsFolder, "usr/bin/dnsperf"),
  unbound: join(dnsToolsFolder, "usr/sbin/unbound"),
};

/** What the programs need in their environment. */
export function dnsToolsEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, ...unpackedEnvironment(dnsToolsFolder) };
}

/** Unpacks the packages into a folder. */
export function unpackDNSTools(folder: string): Promise<string> {
  return unpackPackages(folder, packages);
}
