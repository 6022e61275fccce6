/** Every setting of the server, once: help, environment, checks and docs/configuration.md come from here. */
import { isIP } from "node:net";
import * as z from "zod/mini";
import { parseNetwork } from "../../records/network.ts";
import { parseClusterIPSetting, targetModes } from "../../records/cluster.ts";
import { parseListenAddress, responderPort } from "../../records/listen-address.ts";
import { parseManagedDomain } from "../../records/managed-domain.ts";
import { commaList, onOrOff, oneText, parsePort, parsedBy } from "../../base/text-schema.ts";
import { type Given, declare } from "../setting.ts";
import { followSettings } from "./follow-settings.ts";
import { skydnsPathSetting, storeSettings } from "./store-settings.ts";
import { platform } from "../../platform/current.ts";
import { askedWays } from "../../platform/resolver-wiring.ts";

export const portSetting = declare({
  flag: "port",
  placeholder: "NUMBER",
  doc: "The port that ExternalDNS calls.",
  whenAbsent: "5000",
  schema: z.pipe(
    oneText,
    parsedBy((text: string) => parsePort(text, 0), "a port (0 to 65535, 0 takes a free one)"),
  ),
});

export const hostsFileSetting = declare({
  flag: "hosts-file",
  placeholder: "PATH",
  doc: "The hosts file to keep up to date, or `none` for a server that keeps none.",
  whenAbsent: platform.places.hostsFile,
  schema: oneText,
});

export const stateFolderSetting = declare({
  flag: "state-dir",
  placeholder: "PATH",
  doc: "Where records and settings are kept over restarts.",
  whenAbsent: `\`$STATE_DIRECTORY\`, else ${platform.places.stateFolder} as root, else \`$XDG_STATE_HOME\`/hostsfile-server`,
  schema: oneText,
});

export const tokenFileSetting = declare({
  flag: "token-file",
  placeholder: "PATH",
  doc: "A file with the admin token, or `-` for standard input. With it a token is required from every address.",
  whenAbsent: "no token: callers are told apart by address",
  schema: oneText,
});

/** Managed domains in a comma list. */
export const domainList = z.pipe(
  commaList,
  z.array(z.pipe(z.string(), parsedBy(parseManagedDomain, "a domain name, for example dtk.io"))),
);

export const serveSettings = {
  clusterIP: declare({
    flag: "cluster-ip",
    placeholder: "ADDRESS",
    doc: "The address that the names of the cluster `default` point to: IPv4, IPv6, or one of each with a comma. `auto` means the address that ExternalDNS calls from, which needs a token.",
    isSaved: true,
    whenAbsent: "what was saved",
    schema: z.pipe(
      commaList,
      parsedBy((texts: string[]) => parseClusterIPSetting(texts), "an address, one of each family, or auto"),
    ),
  }),
  port: portSetting,
  domains: declare({
    flag: "domains",
    placeholder: "LIST",
    doc: "The managed domains of the cluster `default`, comma separated. Each covers itself and everything under it.",
    isSaved: true,
    whenAbsent: "what was saved",
    schema: domainList,
  }),
  dryRun: declare({
    flag: "dry-run",
    doc: "Keep everything in memory: no lock, no state, no write. Each change is logged as the lines it would add and remove.",
    whenAbsent: "off",
    schema: onOrOff,
  }),
  debug: declare({ flag: "debug", doc: "Log every request.", whenAbsent: "off", schema: onOrOff }),
  host: declare({
    flag: "host",
    placeholder: "ADDRESS",
    doc: "The local address to listen on.",
    whenAbsent: "all addresses, both families",
    schema: z.pipe(
      oneText,
      parsedBy((text: string) => (isIP(text) === 0 ? undefined : text), "an address of this machine"),
    ),
  }),
  allow: declare({
    flag: "allow",
    placeholder: "CIDR",
    repeatable: true,
    doc: "Who may call the webhook, beside this machine itself: networks or addresses, comma separated or repeated.",
    whenAbsent:
      "the networks that lead to this machine's own containers and virtual machines alone (kind, k3d, minikube, libvirt, VirtualBox), and the network that a cluster IP lies in",
    schema: z.pipe(
      commaList,
      z.array(z.pipe(z.string(), parsedBy(parseNetwork, "a network, for example 192.168.122.0/24"))),
    ),
  }),
  tokenFile: tokenFileSetting,
  watchDomains: declare({
    flag: "watch-domains",
    placeholder: "LIST",
    doc: "The domains in which users' watchers may have names where a token is required, comma separated. Each covers itself and everything under it.",
    whenAbsent: "those of the cluster `default`",
    schema: domainList,
  }),
  watch: declare({
    flag: "watch",
    doc: "Also run the watcher, as the user who typed sudo. It ends with the server.",
    whenAbsent: "off",
    schema: onOrOff,
  }),
  hostsFile: hostsFileSetting,
  stateFolder: stateFolderSetting,
  targets: declare({
    flag: "targets",
    placeholder: "MODE",
    doc: "Where names of the cluster `default` point: `cluster` (the cluster IP) or `record` (the records' own addresses).",
    isSaved: true,
    whenAbsent: "what was saved, at first `cluster`",
    schema: z.pipe(
      oneText,
      parsedBy((text) => targetModes.find((mode) => mode === text), "cluster or record"),
    ),
  }),
  resolver: declare({
    flag: "resolver",
    placeholder: "WAY",
    doc: "How the system resolver learns to ask this server about the managed domains: `hook`, `delegate`, `link` or `global` (systemd-resolved), `dnsmasq` (also NetworkManager's own), `unbound`, `auto` for the best that fits, or `none`. A server that is not a service takes it back when it ends.",
    whenAbsent: "`none`: a server that somebody starts by hand changes no resolver unless told",
    schema: z.pipe(
      oneText,
      parsedBy((text) => askedWays.find((way) => way === text), askedWays.join(", ")),
    ),
  }),
  dnssecExempt: declare({
    flag: "dnssec-exempt",
    doc: "Exempt the managed domains from DNSSEC where the resolver checks it, by a negative trust anchor: the server signs nothing.",
    whenAbsent: "off: a resolver that checks is not told the domains",
    schema: onOrOff,
  }),
  forgetAfter: declare({
    flag: "forget-after",
    placeholder: "DURATION",
    doc: "Forget a cluster that has not called for so long, with its records: days, hours or minutes, such as `14d`. Only time in which this machine was awake and the server ran counts.",
    whenAbsent: "never",
    schema: z.pipe(oneText, parsedBy(parseDuration, "a time from 1m on, for example 14d, 12h or 30m")),
  }),
  dns: declare({
    flag: "dns",
    placeholder: "SWITCH",
    doc: "`on` or `off`: answer DNS queries about the managed domains: wildcards and records that a hosts file cannot hold.",
    whenAbsent: "`on`",
    schema: onOrOff,
  }),
  dnsListen: declare({
    flag: "dns-listen",
    placeholder: "LIST",
    doc: `Where the DNS responder listens beside 127.0.0.1 and ::1, port ${responderPort}, comma separated: \`ADDRESS\` or \`ADDRESS:PORT\`, such as that of a bridge. Another port of 127.0.0.1 or [::1] takes the place of theirs.`,
    whenAbsent: "only there",
    schema: z.pipe(
      commaList,
      z.array(
        z.pipe(
          z.string(),
          parsedBy(parseListenAddress, "one address of this machine, for example 192.168.122.1 or 192.168.122.1:53"),
        ),
      ),
    ),
  }),
  dnsTTL: declare({
    flag: "dns-ttl",
    placeholder: "SECONDS",
    doc: "For how long an answer of the DNS responder may be kept at most. A record's own TTL counts up to that.",
    whenAbsent: "1",
    schema: z.pipe(oneText, parsedBy(parseTTL, "a number of seconds from 0 to 86400")),
  }),
  ...storeSettings,
  skydnsPath: skydnsPathSetting,
  ...followSettings,
  logFormat: declare({
    flag: "log-format",
    placeholder: "FORMAT",
    doc: "`json`, `text`, or `auto`: text on a terminal and in the system's journal, else JSON.",
    whenAbsent: "`auto`",
    schema: z.pipe(
      oneText,
      parsedBy((text) => logFormats.find((format) => format === text), "auto, text or json"),
    ),
  }),
} as const;

const logFormats = ["auto", "text", "json"] as const;

export type ServeSettings = Given<typeof serveSettings>;

function parseTTL(text: string): number | undefined {
  const seconds = Number(text);
  return /^\d{1,5}$/.test(text) && seconds <= 86_400 ? seconds : undefined;
}

/** Returns milliseconds. */
export function parseDuration(text: string): number | undefined {
  const [, count = "0", unit = "m"] = /^(\d{1,6})([dhm])$/.exec(text) ?? [];
  const minutes = Number(count) * ({ d: 1440, h: 60, m: 1 }[unit] ?? 0);
  return minutes === 0 ? undefined : minutes * 60_000;
}
