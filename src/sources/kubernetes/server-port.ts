/** What the watcher asks of a running server, in the server's own protocol. */
import * as z from "zod/mini";
import { parseJSON } from "../../base/json.ts";
import { type ServerPlace, addressOf, sendToServer, textOf } from "../../client/server.ts";
import { byFlags, noServer, serverRefused } from "../../client/trouble.ts";
import { unlessGiven, watchedClusterPath, watcherPath } from "../../contract/paths.ts";
import type { WatcherReport } from "../../contract/watcher.ts";
import { type ClusterName, type TargetMode, initialSettings, targetModes } from "../../records/cluster.ts";
import type { Changes } from "../../records/endpoint.ts";
import type { UserName } from "../../records/user.ts";
import type { RecordsPort } from "./publisher.ts";

export interface ServerPort {
  readonly url: string;
  /** The domains in which watchers may have names. */
  readonly allowedDomains: () => Promise<readonly string[]>;
  /** The managed domains of a cluster; undefined when the server does not know the cluster. */
  readonly domains: (cluster: ClusterName) => Promise<readonly string[] | undefined>;
  readonly addDomains: (cluster: ClusterName, domains: readonly string[]) => Promise<void>;
  readonly removeDomain: (cluster: ClusterName, domain: string) => Promise<void>;
  /** One address, or one of each family; empty while there is none. */
  readonly clusterIPs: (cluster: ClusterName) => Promise<readonly string[]>;
  /** Sets what was chosen; one that somebody gave stays. */
  readonly setClusterIPs: (cluster: ClusterName, addresses: readonly string[]) => Promise<void>;
  readonly targets: (cluster: ClusterName) => Promise<TargetMode>;
  /**
   * Sets the target mode.
   *
   * @param isChosen - whether it was chosen; then one that somebody gave stays
   */
  readonly setTargets: (cluster: ClusterName, targets: TargetMode, isChosen: boolean) => Promise<void>;
  /** Forgets what a watcher sent of a cluster, and the cluster where nothing else sends anything of it. */
  readonly forget: (cluster: ClusterName) => Promise<void>;
  /** Tells how the watcher is. */
  readonly report: (report: WatcherReport) => Promise<void>;
  readonly records: (cluster: ClusterName) => RecordsPort;
}

const targetSchema = z.enum(targetModes);
const texts = z.array(z.string());
const endpoints = z.array(z.looseObject({ dnsName: z.optional(z.string()) }));

/**
 * Makes the port to the server at a place. Its methods throw TroubleError where the server does not do what it should.
 *
 * @param user - whose watcher asks
 */
export function openServer(place: ServerPlace, user: UserName): ServerPort {
  const url = addressOf(place);
  const at = (cluster: ClusterName): string => watchedClusterPath(user, cluster);
  const send = async (
    method: "GET" | "POST" | "PUT" | "DELETE",
    path: string,
    body?: string,
  ): Promise<string | undefined> => {
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
    allowedDomains: async () => (await read(`${watcherPath(user)}/domains`, texts)) ?? [],
    domains: async (cluster) => read(`${at(cluster)}/domains`, texts),
    addDomains: async (cluster, domains) => void (await send("POST", `${at(cluster)}/domains`, domains.join())),
    removeDomain: async (cluster, domain) => void (await send("DELETE", `${at(cluster)}/domains/${domain}`)),
    clusterIPs: async (cluster) => {
      const answer = (await read(`${at(cluster)}/clusterip`, z.string())) ?? "";
      return answer === "" ? [] : answer.split(",");
    },
    setClusterIPs: async (cluster, addresses) =>
      void (await send("POST", `${at(cluster)}/clusterip?${unlessGiven}`, addresses.join())),
    targets: async (cluster) => (await read(`${at(cluster)}/targets`, targetSchema)) ?? initialSettings.targets,
    setTargets: async (cluster, targets, isChosen) =>
      void (await send("POST", `${at(cluster)}/targets${isChosen ? `?${unlessGiven}` : ""}`, targets)),
    forget: async (cluster) => void (await send("DELETE", at(cluster))),
    report: async (report) => void (await send("PUT", watcherPath(user), JSON.stringify(report))),
    records: (cluster) => ({
      read: async () => (await read(`${at(cluster)}/records`, endpoints)) ?? [],
      change: async (changes: Changes) => void (await send("POST", `${at(cluster)}/records`, JSON.stringify(changes))),
    }),
  };
}
