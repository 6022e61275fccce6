/** The built server on scratch files, and a client with a kept connection, as ExternalDNS is one. */
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { Agent, type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { startProduct } from "../test/support/product.ts";
import { type BenchEndpoint, manyEndpoints } from "./endpoints.ts";

export interface BenchServer extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
  /** As `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly hostsFolder: string;
  readonly hostsFile: string;
  readonly stateFolder: string;
  /** Sends a request and reads the answer to its end. */
  readonly send: (method: "GET" | "POST", path: string, body?: string) => Promise<string>;
  readonly create: (endpoints: readonly BenchEndpoint[]) => Promise<void>;
  readonly remove: (endpoints: readonly BenchEndpoint[]) => Promise<void>;
}

const mediaType = "application/external.dns.webhook+json;version=1";

/** As many as fit into a body of 32 MiB. */
const endpointsPerPost = 20_000;

/**
 * Starts a server in folders of its own.
 *
 * @param place - an empty or missing folder
 * @param names - how many names it holds from the start
 * @param more - flags beside those of every server
 */
export async function openServer(place: string, names = 0, more: readonly string[] = []): Promise<BenchServer> {
  const [hostsFolder, stateFolder] = [join(place, "etc"), join(place, "state")];
  const hostsFile = join(hostsFolder, "hosts");
  mkdirSync(hostsFolder, { recursive: true });
  writeFileSync(hostsFile, "127.0.0.1 localhost\n");
  const flags = [`--hosts-file=${hostsFile}`, `--state-dir=${stateFolder}`, "--domains=dtk.io"];
  const product = await startProduct([...flags, "--cluster-ip=192.168.122.167", "--log-format=json", ...more]);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const send: BenchServer["send"] = (method, path, body) =>
    sendTo({ agent, url: `${product.url}${path}`, method, body });
  const change = async (changes: object): Promise<void> =>
    void (await send("POST", "/records", JSON.stringify(changes)));
  const server: BenchServer = {
    pid: product.pid,
    port: product.port,
    url: product.url,
    hostsFolder,
    hostsFile,
    stateFolder,
    send,
    create: (endpoints) => change({ create: endpoints }),
    remove: (endpoints) => change({ delete: endpoints }),
    [Symbol.asyncDispose]: async () => {
      agent.destroy();
      await product[Symbol.asyncDispose]();
    },
  };
  const endpoints = manyEndpoints(names);
  for (let at = 0; at < endpoints.length; at += endpointsPerPost)
    await server.create(endpoints.slice(at, at + endpointsPerPost));
  if (names > 0 && statSync(hostsFile).size < names) throw new Error("the names did not come into the hosts file");
  return server;
}

/** Sends a request and reads the answer to its end. */
export async function sendTo(sending: {
  readonly agent: Agent;
  readonly url: string;
  readonly method: string;
  readonly body: string | undefined;
}): Promise<string> {
  const { agent, url, method, body } = sending;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = method === "GET" ? { accept: mediaType } : { "content-type": mediaType };
  request(url, { agent, method, headers }, resolve).on("error", reject).end(body);
  const response = await promise;
  const answer = await text(response);
  const { statusCode = 0 } = response;
  if (statusCode >= 300) throw new Error(`${method} ${url}: ${statusCode} ${answer}`);
  return answer;
}
