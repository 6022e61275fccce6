/** Where the cluster reaches the DNS responder: at the desktop's address towards it, if the responder listens there and answers. */
import { Resolver } from "node:dns/promises";
import type { Status } from "../../contract/status.ts";
import { TroubleError } from "../../base/trouble.ts";
import { serviceName } from "../../platform/places.ts";
import { parseAddress } from "../../records/address.ts";
import { type ListenAddress, formatListenAddress, parseListenAddress } from "../../records/listen-address.ts";
import type { ManagedDomain } from "../../records/managed-domain.ts";

type Sinks = Pick<Status, "sinks">;

/**
 * Finds the place.
 *
 * @param host - the desktop as the cluster sees it
 * @throws TroubleError (exit 3) `dns-host-without-address` or `dns-not-listening`
 */
export function findResponder(status: Sinks, host: string): ListenAddress {
  const address = parseAddress(host);
  if (address === undefined) throw withoutAddress(host);
  const place = listeningAt(status, address);
  if (place === undefined) throw notListening(host);
  return place;
}

/**
 * Asks there about the domains, once the server manages them: of itself alone the responder says that its zones begin there.
 *
 * @throws TroubleError `responder-unheard` (exit 3)
 */
export async function requireAnswers(place: ListenAddress, domains: readonly ManagedDomain[]): Promise<void> {
  for (const domain of domains) if (!(await asks(place, domain))) throw silent(place, domain);
}

/** Where it answers over both transports, at this address. */
export function listeningAt({ sinks }: Sinks, address: string): ListenAddress | undefined {
  const sockets = sinks.flatMap(({ responder }) => responder?.sockets ?? []).filter(({ open }) => open);
  const isOpen = (text: string, transport: string): boolean =>
    sockets.some((socket) => socket.address === text && socket.transport === transport);
  return sockets
    .flatMap(({ address: text }) => parseListenAddress(text) ?? [])
    .find(
      (place) => place.address === address && ["udp", "tcp"].every((each) => isOpen(formatListenAddress(place), each)),
    );
}

/** Milliseconds and tries: it is this machine's own address. */
const patience = { timeout: 1000, tries: 3 };

async function asks(place: ListenAddress, domain: string): Promise<boolean> {
  const resolver = new Resolver(patience);
  resolver.setServers([formatListenAddress(place)]);
  return resolver.resolveSoa(domain).then(
    ({ nsname }) => nsname === "localhost",
    () => false,
  );
}

function withoutAddress(host: string): TroubleError {
  const message = `The cluster sees this machine as ${host}, and CoreDNS forwards to addresses only.`;
  const hint = "Name the address that the cluster sees: --host-ip ADDRESS, or dns.host-ip in config.yaml.";
  return new TroubleError({ code: "dns-host-without-address", message, hint }, { exitCode: 3 });
}

function notListening(host: string): TroubleError {
  const message = `The DNS responder does not listen on ${host}, where the cluster would ask it.`;
  const hint = `Start the server with --dns-listen=${host}; if it is a service, give that flag to ${serviceName} install.`;
  return new TroubleError({ code: "dns-not-listening", message, hint }, { exitCode: 3 });
}

function silent(place: ListenAddress, domain: string): TroubleError {
  const message = `The DNS responder does not answer on ${formatListenAddress(place)} about ${domain}, although it listens there.`;
  const hint = "Is the domain managed? See:";
  return new TroubleError(
    { code: "responder-unheard", message, hint, command: `${serviceName} status` },
    { exitCode: 3 },
  );
}
