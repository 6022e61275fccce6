/** Where a cluster may be told to send its webhook token: to this desktop, or where the user says by typing it. */
import { hostname } from "node:os";
import { TroubleError } from "../../base/trouble.ts";
import { isUsualHost } from "../discovery/host-ip.ts";
import type { Intent } from "./intent.ts";
import { isOwnAddress } from "./own-host.ts";

/**
 * Makes sure that the host that ExternalDNS will send the token to is this machine, as far as can be told from here. A
 * configuration may come from somebody else, as in a folder that was cloned; what the user types does not.
 *
 * @throws TroubleError `host-not-here` (exit 3)
 */
export function requireTrustedHost(host: string, { isHostTyped, port }: Pick<Intent, "isHostTyped" | "port">): void {
  if (isHostTyped || isOwnAddress(host) || isUsualHost(host) || host === hostname().toLowerCase()) return;
  const message = `dns.host-ip is ${host}, which is not an address of this machine. ExternalDNS would send the webhook token there, to port ${port}.`;
  const hint = `Leave dns.host-ip out, so that dtk finds the address; or, if ${host} is this machine as the cluster sees it, say so: --host-ip ${host}`;
  throw new TroubleError({ code: "host-not-here", message, hint }, { exitCode: 3 });
}
