/** Does ExternalDNS call this server? A wrong address, port, path or a missing token ends its process at each start. */
import { createConnection } from "node:net";
import { type Change, renderChange } from "../../dtk/external-dns/change.ts";
import { newestPod } from "../../dtk/external-dns/find.ts";
import { type WebhookURL, webhookURL as makeURL } from "../../contract/webhook.ts";
import { nodeAddresses } from "../../kubernetes/cluster-ip/candidate.ts";
import { chooseHostIP, lookUpRoute } from "../../dtk/discovery/host-ip.ts";
import { systemNetworks } from "../../platform/networks.ts";
import { isLoopback, parseAddress } from "../../records/address.ts";
import { defaultCluster } from "../../records/cluster.ts";
import { type Check, type Desktop, type Finding, ok } from "../check.ts";
import { type WebhookPath, curlWords, lookAtChain, lookAtFacts, methodURL } from "../looks/cluster-looks.ts";
import { tokenCommand } from "../looks/webhook-secret.ts";
import { platform } from "../../platform/current.ts";
import { authority } from "../../records/network.ts";

/**
 * Makes the check.
 *
 * @param right - the URL that dtk would set, without path and user info, if that is known
 */
export function webhookURLCheck(right: string | undefined): Check {
  return {
    id: "webhook-url",
    title: "ExternalDNS calls this server",
    needs: ["external-dns-installed"],
    run: async (desktop) => {
      const chain = await desktop.once(lookAtChain);
      const own = new Set(systemNetworks.interfaces().map(({ address }) => address));
      const isServed = chain.url !== undefined && own.has(chain.url.host) ? await isListening(chain.url) : true;
      const host = await rightHost(desktop, chain);
      const { port, place } = desktop;
      const command = renderChange(chain.externalDNS, changeOf(chain, host, port), place);
      const url = { host: chain.url?.host ?? host, port, cluster: chain.url?.cluster ?? defaultCluster };
      const giveToken = tokenCommand(desktop, chain.externalDNS, url);
      const facts = {
        chain,
        own,
        port,
        isServed,
        isRight: originOf(chain) === right,
        command,
        giveToken,
      };
      return [judgeWebhookURL(facts)];
    },
  };
}

/** `doctor` knows no configuration. */
export const webhookURL = webhookURLCheck(undefined);

/** The URL without path and user info. */
function originOf({ url }: WebhookPath): string | undefined {
  return url && `http://${authority(url.host, url.port)}`;
}

export interface WebhookFacts {
  readonly chain: WebhookPath;
  /** The addresses of this machine. */
  readonly own: ReadonlySet<string>;
  /** The server's port. */
  readonly port: number;
  /** Whether somebody listens there, as far as it is an address of this machine. */
  readonly isServed: boolean;
  /** Whether it is the URL that dtk would set, whatever it looks like from here. */
  readonly isRight: boolean;
  /** What makes ExternalDNS call this server. */
  readonly command: string;
  /** What gives it a token. */
  readonly giveToken: string;
}

/** Judges where ExternalDNS calls. */
export function judgeWebhookURL(facts: WebhookFacts): Finding {
  const { chain, port, isServed, isRight, command, giveToken } = facts;
  const { url, status, cluster } = chain;
  const elsewhere = isRight && url?.cluster !== undefined ? undefined : reasonElsewhere(facts);
  if (elsewhere !== undefined && !hasCalledSinceStart(chain)) {
    const message = `ExternalDNS calls ${url?.shown ?? chain.externalDNS.settings.webhookURL}: ${elsewhere}.`;
    return { grade: "problem", code: "webhook-elsewhere", message, hint: "Let it call this server:", command };
  }
  if (url === undefined) return ok("ExternalDNS calls this server.");
  if (!isServed) {
    const message = `ExternalDNS calls ${url.shown}, and the server answers on port ${port}, but not at that address.`;
    const advice = {
      hint: "Start it again without --host:",
      command: platform.commands.asRoot(`hostsfile-server --port=${port}`),
    };
    return { grade: "problem", code: "server-elsewhere", message, ...advice };
  }
  if (status !== undefined && url.cluster !== undefined && cluster === undefined) {
    return unknownCluster(url.cluster, chain, port);
  }
  if (status?.server.tokenRequired === true && !url.hasToken) {
    const message = `The server requires a token, and ExternalDNS calls ${url.shown} without one.`;
    return {
      grade: "problem",
      code: "webhook-token-missing",
      message,
      hint: "Give it the cluster's own:",
      command: giveToken,
    };
  }
  return ok(`ExternalDNS calls ${url.shown}.`);
}

/** Names and addresses that mean this machine inside the networks of Docker Desktop, k3d, minikube, Lima, VirtualBox and QEMU. */
const meansHost =
  /^(?:host\.[a-z0-9.-]+\.internal|host\.docker\.internal|10\.0\.2\.2|192\.168\.5\.2|192\.168\.65\.\d+)$/;

function reasonElsewhere({ chain, own, port }: WebhookFacts): string | undefined {
  const { url, externalDNS } = chain;
  if (url === undefined) return "that is not a URL";
  if (url.port !== port) return `the server has port ${port}`;
  if (url.cluster === undefined) return "the server has no such path";
  if (meansHost.test(url.host)) return undefined;
  const isOfPod = url.host === "localhost" || isLoopback(url.host);
  if (isOfPod && !externalDNS.isOnNode) return "that is the pod itself";
  const isAddress = parseAddress(url.host) !== undefined;
  return isAddress && !isOfPod && !own.has(url.host) ? "this machine has no such address" : undefined;
}

/** Addresses may be translated on the way: a call since the pod started shows that it is the right one. */
function hasCalledSinceStart({ cluster, externalDNS }: WebhookPath): boolean {
  const started = newestPod(externalDNS)?.metadata.creationTimestamp;
  const heard = cluster?.lastHeard;
  return started !== undefined && heard != null && Date.parse(heard) > Date.parse(started) + settling;
}

/** Milliseconds for which the pod before it may go on calling. */
const settling = 10_000;

function unknownCluster(name: string, { status }: WebhookPath, port: number): Finding {
  const message = `ExternalDNS calls for the cluster ${name}, and the server has none of that name.`;
  const url = methodURL({ port }, name, "domains");
  const hint = "Give it a domain, then its cluster IP by the same path with clusterip:";
  const command = `${curlWords(status)} -d dtk.io ${url}`;
  return { grade: "problem", code: "webhook-cluster-unknown", message, hint, command };
}

async function rightHost(desktop: Desktop, { cluster }: WebhookPath): Promise<string> {
  const facts = await desktop.once(lookAtFacts);
  const nodes = facts.nodes.flatMap(nodeAddresses);
  const clusterIPs = (cluster?.clusterIPs ?? []).flatMap((text) => parseAddress(text) ?? []);
  return (await chooseHostIP([...nodes, ...clusterIPs], nodes, lookUpRoute)).host;
}

/** The user info stays as it is written, with the variable in the place of the token. */
function changeOf({ externalDNS, url }: WebhookPath, host: string, port: number): Change {
  const flag = "webhook-provider-url";
  const plain = makeURL({ host, port, cluster: url?.cluster ?? defaultCluster, hasToken: false });
  const written = externalDNS.container.parameters.find((word) => word.startsWith(`--${flag}=`)) ?? "";
  const user = /\/\/([^/@]*@)/.exec(written)?.[1] ?? "";
  const value = plain.replace("//", () => `//${user}`);
  return { flag, values: [value], chartValue: `extraArgs.${flag}=${value}` };
}

/** Milliseconds; it is this machine's own address. */
const patience = 1000;

async function isListening({ host, port }: WebhookURL): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = createConnection({ host, port, timeout: patience });
  socket.on("connect", () => resolve(true));
  socket.on("timeout", () => resolve(false));
  socket.on("error", () => resolve(false));
  return promise.finally(() => socket.destroy());
}
