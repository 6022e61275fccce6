/** The URL that ExternalDNS calls: made with the place of the token but never the token, and read again. */
import { type ClusterName, defaultCluster, parseClusterName } from "../records/cluster.ts";
import { prefixOf } from "./paths.ts";

/** The environment variable that Kubernetes puts in the place of `$(TOKEN)`. */
export const tokenVariable = "TOKEN";

/**
 * Makes the URL: the root path for the cluster `default`, as the guide has it, else the cluster's own path. A token
 * is written into the user info as `$(TOKEN)`, which Kubernetes fills in from the environment when the container starts.
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
  return `http://${hasToken ? `${cluster}:$(${tokenVariable})@` : ""}${authority}${prefixOf(cluster)}`;
}

/** What a URL says that ExternalDNS calls. */
export interface WebhookURL {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  /** Undefined when the server does not know the path. */
  readonly cluster: ClusterName | undefined;
  readonly hasToken: boolean;
  /** Without user info, as it may be shown. */
  readonly shown: string;
}

/** Reads such a URL. Undefined when it is not one. */
export function readWebhookURL(text: string): WebhookURL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const [, name] = /^\/clusters\/([^/]+)\/?$/.exec(url.pathname) ?? [];
  const rootCluster = url.pathname === "/" ? defaultCluster : undefined;
  return {
    host: url.hostname.replaceAll(/[[\]]/g, ""),
    port: Number(url.port || (url.protocol === "https:" ? 443 : 80)),
    cluster: name === undefined ? rootCluster : parseClusterName(name),
    hasToken: url.password !== "",
    shown: `${url.protocol}//${url.host}${url.pathname === "/" ? "" : url.pathname}`,
  };
}
