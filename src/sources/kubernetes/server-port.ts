/** What the watcher asks of a running server, in the server's own protocol. */
import * as z from "zod/mini";
import { parseJSON } from "../../base/json.ts";
import { type ServerPlace, addressOf, sendToServer, textOf } from "../../client/server.ts";
import { byFlags, noServer, serverRefused } from "../../client/trouble.ts";
import { clusterPath, feedPath } from "../../contract/paths.ts";
import { type ClusterName, type TargetMode, initialSettings, targetModes } from "../../records/cluster.ts";
import type { Changes } from "../../records/endpoint.ts";
import { watchFeed } from "../../records/feed.ts";
import type { RecordsPort } from "./publisher.ts";

export interface ServerPort {
  readonly url: string;
  /** The managed domains of a cluster; undefined when the server does not know the cluster. */
  readonly domains: (cluster: ClusterName) => Promise<readonly string[] | undefined>;
  readonly addDomains: (cluster: ClusterName, domains: readonly string[]) => Promise<void>;
  readonly removeDomain: (cluster: ClusterName, domain: string) => Promise<void>;
  /** One address, or one of each family; empty while there is none. */
  readonly clusterIPs: (cluster: ClusterName) => Promise<readonly string[]>;
  readonly setClusterIPs: (cluster: ClusterName, addresses: readonly string[]) => Promise<void>;
  readonly targets: (cluster: ClusterName) => Promise<TargetMode>;
  readonly setTargets: (cluster: ClusterName, targets: TargetMode) => Promise<void>;
  readonly forget: (cluster: ClusterName) => Promise<void>;
  readonly records: (cluster: ClusterName) => RecordsPort;
}

const targetSchema = z.enum(targetModes);
const texts = z.array(z.string());
const endpoints = z.array(z.looseObject({ dnsName: z.optional(z.string()) }));

/** Makes the port to the server at a place. Its methods throw TroubleError where the server does not do what it should. */
export function openServer(place: ServerPlace): ServerPort {
  const url = addressOf(place);
  const send = async (method: "GET" | "POST" | "DELETE", path: string, body?: string): Promise<string | undefined> => {
    const answer = await sendToServer(place, { method, path, ...(body !== undefined && { body }) }, byFlags);
    if (answer === undefined)
      throw noServer(place.port, [place.host], "If it listens elsewhere, say where with --port.");
    return answer.status === 404 ? undefined : textOf(answer, url + path, byFlags);
  };
  const read = async <Shape extends z.core.$ZodType>(
    path: string,
    shape: Shape,
  ): Promise<z.output<Shape> | undefined> => {
    const answer = await send("GET", path);
    if (answer === undefined) return undefined;
    const value = z.safeParse(shape, parseJSON(answer));
    if (value.success) return value.data;
    throw serverRefused(url + path, { status: 200, text: answer }, byFlags);
  };
  return {
    url,
    domains: async (cluster) => read(`${clusterPath(cluster)}/domains`, texts),
    addDomains: async (cluster, domains) =>
      void (await send("POST", `${clusterPath(cluster)}/domains`, domains.join())),
    removeDomain: async (cluster, domain) => void (await send("DELETE", `${clusterPath(cluster)}/domains/${domain}`)),
    clusterIPs: async (cluster) => {
      const answer = (await read(`${clusterPath(cluster)}/clusterip`, z.string())) ?? "";
      return answer === "" ? [] : answer.split(",");
    },
    setClusterIPs: async (cluster, addresses) =>
      void (await send("POST", `${clusterPath(cluster)}/clusterip`, addresses.join())),
    targets: async (cluster) =>
      (await read(`${clusterPath(cluster)}/targets`, targetSchema)) ?? initialSettings.targets,
    setTargets: async (cluster, targets) => void (await send("POST", `${clusterPath(cluster)}/targets`, targets)),
    forget: async (cluster) => void (await send("DELETE", clusterPath(cluster))),
    records: (cluster) => ({
      read: async () => (await read(`${feedPath(cluster, watchFeed)}/records`, endpoints)) ?? [],
      change: async (changes: Changes) =>
        void (await send("POST", `${feedPath(cluster, watchFeed)}/records`, JSON.stringify(changes))),
    }),
  };
}
