/** The server block with which CoreDNS asks the responder about the managed domains. Pure. */
import type { ManagedDomain } from "../../records/managed-domain.ts";
import { type ListenAddress, formatListenAddress } from "../../records/listen-address.ts";

/** What CoreDNS is to ask, and about what. */
export interface StubZone {
  readonly domains: readonly ManagedDomain[];
  /** The responder as the cluster reaches it. */
  readonly responder: ListenAddress;
}

/**
 * Renders it (CoreDNS plugin/forward). There is no cache: what a pod is told is what the desktop is told at the same time,
 * and a failure is not remembered either.
 *
 * @param port - at which CoreDNS serves its other zones
 */
export function renderStubZone({ domains, responder }: StubZone, port: string): string {
  const keys = domains.toSorted().map((domain) => `${domain}:${port}`);
  return `${keys.join(" ")} {\n    errors\n    forward . ${formatListenAddress(responder)}\n}\n`;
}
