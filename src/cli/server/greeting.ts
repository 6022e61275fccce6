/** The first lines of the server: what is managed, where it listens, who may call, and what to paste into ExternalDNS. */
import { type InterfaceAddress, authority, isInNetwork, networkOf, parseNetwork } from "../../records/network.ts";
import { parseCaller } from "../../records/caller.ts";
import type { ClusterSettings } from "../../records/cluster.ts";
import { counted } from "../../base/words.ts";
import { defaultPort } from "../../platform/installed.ts";

export interface GreetingFacts {
  readonly version: string;
  /** What is kept up to date, within a sentence: the path of the hosts file where there is one. */
  readonly kept: string;
  readonly isDryRun: boolean;
  readonly port: number;
  /** The address that was given to listen on. */
  readonly host: string | undefined;
  readonly settings: ClusterSettings;
  /** Whether the hosts file shows what it should. */
  readonly isReady: boolean;
  /** Names shown now. */
  readonly shown: number;
  readonly allowed: readonly string[];
  readonly isTokenRequired: boolean;
  readonly interfaces: readonly InterfaceAddress[];
}

/** Renders the greeting, one sentence a line. */
export function renderGreeting(facts: GreetingFacts): readonly string[] {
  const { version, port, host, settings, isTokenRequired } = facts;
  const curl = `${isTokenRequired ? "curl -u :ADMIN_TOKEN" : "curl"} -d`;
  return [
    `hostsfile-server ${version}${stateWords(facts)}`,
    managedLine(settings, curl, ownAddress(facts)),
    `Listening on port ${port} of ${host ?? "every address"}; ${callersLine(facts)}`,
    ...(isTokenRequired ? [] : ["Guests with user-mode networking count as this machine; --token-file ends that."]),
    `To see the names in a browser: ${pageWords(facts)}`,
    `Next, in another terminal and without sudo: ${watchCommand(facts)}`,
    "Or point ExternalDNS here, with --provider=webhook and:",
    `  --webhook-provider-url=http://${isTokenRequired ? "default:TOKEN@" : ""}${authority(webhookHost(facts), port)}`,
  ];
}

/** The watcher takes the domains of the server where there are some. */
function watchCommand(facts: GreetingFacts): string {
  const domains = facts.settings.domains.length === 0 ? " --domains=dtk.io" : "";
  return `hostsfile-server watch${domains}${placeFlags(facts)}`;
}

/** With a token the page opens by a link alone. */
function pageWords(facts: GreetingFacts): string {
  return facts.isTokenRequired ? `hostsfile-server open${placeFlags(facts)}` : `${ownAddress(facts)}/`;
}

/** The server as it is reached from this machine, without trailing slash. */
function ownAddress({ host, port }: Pick<GreetingFacts, "host" | "port">): string {
  const isEvery = host === undefined || host === "0.0.0.0" || host === "::";
  return `http://${authority(isEvery ? "localhost" : host, port)}`;
}

/** What our own commands must be told to find it there; they look at port 5000 of localhost. */
function placeFlags({ host, port }: Pick<GreetingFacts, "host" | "port">): string {
  const isElsewhere = host !== undefined && !["0.0.0.0", "::", "127.0.0.1", "::1"].includes(host);
  return (port === defaultPort ? "" : ` --port=${port}`) + (isElsewhere ? ` --host=${host}` : "");
}

function stateWords({ kept, isDryRun, isReady, shown }: GreetingFacts): string {
  if (isDryRun) return ` plays what it would do with ${kept}; nothing is written.`;
  if (!isReady) return ` cannot keep ${kept} up to date yet; it goes on trying.`;
  return ` keeps ${kept} up to date; it shows ${counted(shown, "name")}.`;
}

function managedLine(settings: ClusterSettings, curl: string, address: string): string {
  const { domains, clusterIPs, followsCaller, targets } = settings;
  if (domains.length === 0) return `No domain is managed yet. Add one: ${curl} dtk.io ${address}/domains`;
  const names = `Managing ${domains.join(", ")}`;
  if (targets === "record") return `${names}, pointing to the records' own addresses.`;
  if (followsCaller === true) {
    const now = clusterIPs.length === 0 ? "" : `, which is ${clusterIPs.join(" and ")} so far`;
    return `${names}, pointing to the address that ExternalDNS calls from${now}.`;
  }
  if (clusterIPs.length > 0) return `${names}, pointing to ${clusterIPs.join(" and ")}.`;
  return `${names}, but the cluster IP is not set yet. Set it: ${curl} ADDRESS ${address}/clusterip`;
}

function callersLine({ allowed, isTokenRequired }: GreetingFacts): string {
  if (isTokenRequired) return "callers must show a token, which hostsfile-server token prints.";
  const networks = allowed.length === 0 ? "" : ` and ${allowed.join(", ")}`;
  return `this machine${networks} may call.`;
}

/**
 * The address of this machine that a guest can reach: the one beside the cluster IP, else one in a network that may
 * call, else any that is not loopback.
 */
export function webhookHost({
  host,
  settings,
  allowed,
  interfaces,
}: Pick<GreetingFacts, "host" | "settings" | "allowed" | "interfaces">): string {
  if (host !== undefined) return host;
  const clusterIPs = settings.clusterIPs.flatMap((address) => parseCaller(address) ?? []);
  const networks = allowed.flatMap((text) => parseNetwork(text) ?? []);
  const outside = interfaces.filter(({ address }) => !/^(?:127\.|::1$|fe80:)/.test(address));
  const beside = outside.find((entry) => clusterIPs.some((address) => isInNetwork(address, networkOf(entry))));
  const inner = outside.find(({ address }) => {
    const caller = parseCaller(address);
    return caller !== undefined && networks.some((network) => isInNetwork(caller, network));
  });
  return (beside ?? inner ?? outside[0])?.address ?? "localhost";
}
