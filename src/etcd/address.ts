/** How a user names an etcd cluster, as in `etcd://e1:2379,e2:2379`; pure. */
import { isLoopback, parseAddress } from "../records/address.ts";
import { authority } from "../records/network.ts";

/** Where one member of etcd, or a proxy in front of it, takes clients. */
export interface EtcdEndpoint {
  /** A host name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** An etcd cluster, and what of it is meant. */
export interface EtcdURL {
  readonly endpoints: readonly EtcdEndpoint[];
  /** Empty, or what follows the endpoints, as in `/skydns/io/dtk`. */
  readonly path: string;
}

/** The port that etcd takes clients on (IANA). */
const clientPort = 2379;

/** Reads `etcd://HOST[:PORT][,HOST[:PORT]...][/PATH]`; undefined for anything else. */
export function parseEtcdURL(text: string): EtcdURL | undefined {
  const [, hosts, path = ""] = /^etcd:\/\/([^/?#@\s]+)((?:\/[^?#\s]*)?)$/.exec(text) ?? [];
  if (hosts === undefined) return undefined;
  const endpoints = hosts.split(",").map(parseEndpoint);
  const known = endpoints.filter((endpoint) => endpoint !== undefined);
  return known.length === endpoints.length ? { endpoints: known, path } : undefined;
}

/** Writes an endpoint as `HOST:PORT`. */
export function formatEndpoint({ host, port }: EtcdEndpoint): string {
  return authority(host, port);
}

/** Whether an endpoint is of this machine itself, which nobody else can listen to. */
export function isLoopbackEndpoint({ host }: EtcdEndpoint): boolean {
  const address = parseAddress(host);
  return host === "localhost" || (address !== undefined && isLoopback(address));
}

/** Whether the way to a cluster is encrypted: with certificates always, else unless it stays on this machine or the user allowed it. */
export function isEncrypted(
  { endpoints }: Pick<EtcdURL, "endpoints">,
  { hasCertificates, isInsecure }: { readonly hasCertificates: boolean; readonly isInsecure: boolean },
): boolean {
  return hasCertificates || (!isInsecure && !endpoints.every(isLoopbackEndpoint));
}

function parseEndpoint(text: string): EtcdEndpoint | undefined {
  const [, bracketed, plain, digits] =
    /^(?:\[([0-9a-f:.]+)\]|([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = digits === undefined ? clientPort : Number(digits);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}
