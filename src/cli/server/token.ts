/** `hostsfile-server token`: prints the token that a cluster's ExternalDNS must show. */
import { webhookToken } from "../../contract/token.ts";
import { type ClusterName, defaultCluster } from "../../records/cluster.ts";
import { readAdminToken } from "../../platform/admin-token.ts";
import { platform } from "../../platform/current.ts";

/**
 * Prints the webhook token, derived from the admin token.
 *
 * @returns the exit code
 * @throws TroubleError when the admin token cannot be read
 */
export async function printToken(given: {
  readonly cluster: ClusterName | undefined;
  readonly tokenFile: string | undefined;
}): Promise<number> {
  const adminToken = readAdminToken(given.tokenFile ?? platform.places.tokenFile);
  process.stdout.write(`${webhookToken(adminToken, given.cluster ?? defaultCluster)}\n`);
  return 0;
}
