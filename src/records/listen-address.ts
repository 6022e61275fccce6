/** Where the responder listens: one address of this machine and a port. */
import { type Address, familyOf, parseAddress, targetKind } from "./address.ts";
import { authority } from "./network.ts";

export interface ListenAddress {
  readonly address: Address;
  readonly port: number;
}

/** The responder's port: no service has it in the registry of IANA, and no other resolver takes it. */
export const responderPort = 5391;

/** Where the responder always listens. */
const loopbackPlaces: readonly ListenAddress[] = ["127.0.0.1", "::1"].flatMap((text) => parseListenAddress(text) ?? []);

/**
 * Reads `ADDRESS` or `ADDRESS:PORT`, with brackets around an IPv6 address that a port follows.
 *
 * @returns undefined also for an address that means all addresses: an answer from such a socket may leave from another
 *   address than the one that was asked
 */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const [, bracketed, plain, digits] = /^(?:\[(.+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = parseAddress(bracketed ?? plain ?? text);
  const port = digits === undefined ? responderPort : Number(digits);
  if (address === undefined || port < 1 || port > 65_535) return undefined;
  const kind = targetKind(address);
  // Each interface has link-local networks of IPv6, so such an address alone is none.
  const isOne = kind === "usable" || (kind === "link-local" && familyOf(address) === "IPv4");
  return isOne ? { address, port } : undefined;
}

/**
 * The places where the responder listens.
 *
 * @param listed - places beside loopback; one on a loopback address takes the place of the usual one there
 */
export function responderPlaces(listed: readonly ListenAddress[] = []): readonly ListenAddress[] {
  const named = new Set(listed.map(({ address }) => address));
  const places = [...loopbackPlaces.filter(({ address }) => !named.has(address)), ...listed];
  return [...new Map(places.map((place) => [formatListenAddress(place), place])).values()];
}

/** The place as it is read. */
export function formatListenAddress({ address, port }: ListenAddress): string {
  return authority(address, port);
}
