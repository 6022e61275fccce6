/** A caller's address as a socket names it: IPv4 inside IPv6 told apart, and the zone of a link-local address kept. */
import ipaddr from "ipaddr.js";

/** How a dual-stack socket names IPv4 (RFC 4291 section 2.5.5.2). */
const mappedIPv4 = /^::ffff:([0-9]{1,3}(?:\.[0-9]{1,3}){3})$/i;

export interface Caller {
  readonly address: ipaddr.IPv4 | ipaddr.IPv6;
  /** The interface of a link-local address, as in `fe80::1%virbr0`. */
  readonly zone: string | undefined;
  /** The address as text, with its zone. */
  readonly text: string;
}

/**
 * Reads a socket's remote address.
 *
 * @param remote - for example `127.0.0.1`, `::ffff:127.0.0.1` (a dual-stack socket's IPv4) or `fe80::1%virbr0`
 * @returns undefined when it is not an address, as for a closed socket
 */
export function parseCaller(remote: string | undefined): Caller | undefined {
  const [spelled = "", zone] = (remote ?? "").split("%");
  // Most callers, and every request asks several times: reading IPv6 takes ten times as long.
  const text = mappedIPv4.exec(spelled)?.[1] ?? spelled;
  if (!ipaddr.isValid(text)) return undefined;
  const address = ipaddr.process(text);
  const plain = address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();
  return { address, zone, text: zone === undefined ? plain : `${plain}%${zone}` };
}

/**
 * Returns the key by which a limit for each caller counts: an IPv4 address, or the 64 bits of an IPv6 network, in which one machine may
 * take as many addresses as it likes (RFC 4291 section 2.5.1, RFC 8981).
 */
export function originOf({ address, zone, text }: Caller): string {
  if (address instanceof ipaddr.IPv4) return text;
  const network = address.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(":")}::/64${zone === undefined ? "" : `%${zone}`}`;
}
