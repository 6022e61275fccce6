/** `hostsfile-server token`: prints the token that a cluster's ExternalDNS must show, or a user's watcher must know. */
import { watchToken, webhookToken } from "../../contract/token.ts";
import { type ClusterName, defaultCluster } from "../../records/cluster.ts";
import type { UserName } from "../../records/user.ts";
import { readAdminToken } from "../../platform/admin-token.ts";
import { platform } from "../../platform/current.ts";

/**
 * Prints a token that is derived from the admin token: a user's watch token where a user is named, else a webhook token.
 *
 * @returns the exit code
 * @throws TroubleError when the admin token cannot be read
 */
export async function printToken(given: {
  readonly cluster: ClusterName | undefined;
  readonly watcher: UserName | undefined;
  readonly tokenFile: string | undefined;
}): Promise<number> {
  const adminToken = readAdminToken(given.tokenFile ?? platform.places.tokenFile);
  const { watcher: user, cluster = defaultCluster } = given;
  process.stdout.write(`${user === undefined ? webhookToken(adminToken, cluster) : watchToken(adminToken, user)}\n`);
  return 0;
}
