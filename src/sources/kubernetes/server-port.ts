/** What the watcher asks of a running server, in the server's own protocol. */
import * as z from "zod/mini";
import { TroubleError } from "../../base/trouble.ts";
import { isRefused } from "../../base/request.ts";
import { exchange } from "../../client/exchange.ts";
import type { HeldToken } from "../../client/held-token.ts";
import { parseJSON } from "../../base/json.ts";
import { noServer } from "../../client/server-client.ts";
import { toldTrouble } from "../../client/trouble.ts";
import type { ClusterName } from "../../records/cluster.ts";
import type { Changes } from "../../records/endpoint.ts";
import { watchFeed } from "../../records/feed.ts";
import { authority } from "../../records/network.ts";
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
  readonly forget: (cluster: ClusterName) => Promise<void>;
  readonly records: (cluster: ClusterName) => RecordsPort;
}

export interface ServerPlace {
  readonly host: string;
  readonly port: number;
  readonly token: HeldToken | undefined;
}

const texts = z.array(z.string());
const endpoints = z.array(z.looseObject({ dnsName: z.optional(z.string()) }));

/** Makes the port to the server at a place. Its methods throw TroubleError where the server does not do what it should. */
export function openServer(place: ServerPlace): ServerPort {
  const url = `http://${authority(place.host, place.port)}`;
  const send = async (method: "GET" | "POST" | "DELETE", path: string, body?: string): Promise<string | undefined> => {
    const answer = await exchange({ ...place, method, path, ...(body !== undefined && { body }) }).catch(
      (error: unknown) => {
        throw isRefused(error) ? noServer({ ...place, tokenFile: undefined }) : unanswered(url, error);
      },
    );
    if (answer.status === 404) return undefined;
    if (answer.status === 200 || answer.status === 204) return answer.text;
    throw refused(url + path, answer.status, answer.text);
  };
  const read = async <Shape extends z.core.$ZodType>(
    path: string,
    shape: Shape,
  ): Promise<z.output<Shape> | undefined> => {
    const answer = await send("GET", path);
    if (answer === undefined) return undefined;
    const value = z.safeParse(shape, parseJSON(answer));
    if (value.success) return value.data;
    throw refused(url + path, 200, answer);
  };
  const pathOf = (cluster: ClusterName): string => `/clusters/${cluster}`;
  return {
    url,
    domains: async (cluster) => read(`${pathOf(cluster)}/domains`, texts),
    addDomains: async (cluster, domains) => void (await send("POST", `${pathOf(cluster)}/domains`, domains.join())),
    removeDomain: async (cluster, domain) => void (await send("DELETE", `${pathOf(cluster)}/domains/${domain}`)),
    clusterIPs: async (cluster) => {
      const answer = (await read(`${pathOf(cluster)}/clusterip`, z.string())) ?? "";
      return answer === "" ? [] : answer.split(",");
    },
    setClusterIPs: async (cluster, addresses) =>
      void (await send("POST", `${pathOf(cluster)}/clusterip`, addresses.join())),
    forget: async (cluster) => void (await send("DELETE", pathOf(cluster))),
    records: (cluster) => ({
      read: async () => (await read(`${pathOf(cluster)}/feeds/${watchFeed}/records`, endpoints)) ?? [],
      change: async (changes: Changes) =>
        void (await send("POST", `${pathOf(cluster)}/feeds/${watchFeed}/records`, JSON.stringify(changes))),
    }),
  };
}

function unanswered(url: string, cause: unknown): unknown {
  if (cause instanceof TroubleError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `The server at ${url} does not answer: ${reason}.`;
  const hint = "See its log, or restart it. If it listens on another port, name that with --port.";
  return new TroubleError({ code: "server-unreachable", message, hint }, { exitCode: 3, cause });
}

function refused(url: string, status: number, text: string): TroubleError {
  const told = toldTrouble(text);
  if (told !== undefined) return new TroubleError(told, { exitCode: 3 });
  const [line = ""] = text.trim().split("\n");
  const answer = z.safeParse(z.object({ error: z.string(), hint: z.optional(z.string()) }), parseJSON(text));
  const said = answer.success ? answer.data.error : line.slice(0, 100);
  const hint = answer.data?.hint ?? "Is it hostsfile-server? If it listens on another port, name that with --port.";
  const message = `The server answered ${url} with ${status}: ${said}`;
  return new TroubleError({ code: status === 401 ? "token-needed" : "server-refused", message, hint }, { exitCode: 3 });
}
