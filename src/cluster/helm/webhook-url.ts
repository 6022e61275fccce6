/** The URL that ExternalDNS calls, with the place of the token but never the token. */
import { type ClusterName, defaultCluster } from "../../records/cluster.ts";

/** The environment variable that Kubernetes puts in the place of `$(TOKEN)`. */
export const tokenVariable = "TOKEN";

/**
 * Makes the URL: the root path for the cluster `default`, as the guide has it, else the cluster's own path. A token
 * stands in the user info as `$(TOKEN)`, which Kubernetes fills in from the environment when the container starts.
 *
 * @param options - `host` is an address or a name, as the cluster sees the desktop
 */
export function webhookURL(options: {
  readonly host: string;
  readonly port: number;
  readonly cluster: ClusterName;
  readonly hasToken: boolean;
}): string {
  const { host, port, cluster, hasToken } = options;
  const authority = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  const path = cluster === defaultCluster ? "" : `/clusters/${cluster}`;
  return `http://${hasToken ? `${cluster}:$(${tokenVariable})@` : ""}${authority}${path}`;
}
