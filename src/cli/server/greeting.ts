/** The first lines of the server: what is managed, where it listens, who may call, and what to paste into ExternalDNS. */
import { type InterfaceAddress, authority, isInNetwork, networkOf, parseNetwork } from "../../records/network.ts";
import { parseCaller } from "../../records/caller.ts";
import type { ClusterSettings } from "../../records/cluster.ts";
import { counted } from "../../base/words.ts";

export interface GreetingFacts {
  readonly version: string;
  readonly hostsFile: string;
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
  const { version, port, host, isTokenRequired } = facts;
  return [
    `hostsfile-server ${version}${stateWords(facts)}`,
    managedLine(facts.settings, `${isTokenRequired ? "curl -u :ADMIN_TOKEN" : "curl"} -d`, port),
    `Listening on port ${port} of ${host ?? "every address"}; ${callersLine(facts)}`,
    ...(isTokenRequired ? [] : ["Guests with user-mode networking count as this machine; --token-file ends that."]),
    `To see the names in a browser: ${pageWords(facts)}`,
    `Next, in another terminal and without sudo: ${watchCommand(facts)}`,
    "Or point ExternalDNS here, with --provider=webhook and:",
    `  --webhook-provider-url=http://${isTokenRequired ? "default:TOKEN@" : ""}${authority(webhookHost(facts), port)}`,
  ];
}

/** The watcher takes the domains of the server where there are some. */
function watchCommand({ port, settings }: GreetingFacts): string {
  const domains = settings.domains.length === 0 ? " --domains=dtk.io" : "";
  return `hostsfile-server watch${domains}${port === 5000 ? "" : ` --port=${port}`}`;
}

/** With a token the page opens by a link alone. */
function pageWords({ port, host, isTokenRequired }: GreetingFacts): string {
  return isTokenRequired ? "hostsfile-server open" : `http://${authority(host ?? "localhost", port)}/`;
}

function stateWords({ hostsFile, isDryRun, isReady, shown }: GreetingFacts): string {
  if (isDryRun) return ` plays what it would do with ${hostsFile}; nothing is written.`;
  if (!isReady) return ` cannot keep ${hostsFile} up to date yet; it goes on trying.`;
  return ` keeps ${hostsFile} up to date; it shows ${counted(shown, "name")}.`;
}

function managedLine(settings: ClusterSettings, curl: string, port: number): string {
  const { domains, clusterIPs, followsCaller, targets } = settings;
  if (domains.length === 0) return `No domain is managed yet. Add one: ${curl} dtk.io http://localhost:${port}/domains`;
  const names = `Managing ${domains.join(", ")}`;
  if (targets === "record") return `${names}, pointing to the records' own addresses.`;
  if (followsCaller === true) {
    const now = clusterIPs.length === 0 ? "" : `, which is ${clusterIPs.join(" and ")} so far`;
    return `${names}, pointing to the address that ExternalDNS calls from${now}.`;
  }
  if (clusterIPs.length > 0) return `${names}, pointing to ${clusterIPs.join(" and ")}.`;
  return `${names}, but the cluster IP is not set yet. Set it: ${curl} ADDRESS http://localhost:${port}/clusterip`;
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
