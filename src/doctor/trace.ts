/**
 * Traces one name through every part, from the resource that asks for it to the page behind it. Each step needs the one
 * before, so that the first step that fails is where the name stops.
 */
import { findSilentIngresses } from "../cluster/discovery/silent-ingress.ts";
import { isManaged, parseManagedDomain } from "../records/managed-domain.ts";
import type { Status } from "../control/status.ts";
import { TroubleError } from "../trouble.ts";
import { addressesIn, readBlock } from "./block.ts";
import { type Check, type Desktop, type Finding, ok } from "./check.ts";
import { judgeRead } from "./checks/hosts-file-is-read.ts";
import { serverAnswers } from "./checks/server-answers.ts";
import { judgeAnswer } from "./checks/name-resolves.ts";
import { nsswitch } from "./checks/nsswitch.ts";
import { curlWords, kubectl, methodURL } from "./cluster-looks.ts";
import { isResolversFile, lookAtHostsFile } from "./hosts-file.ts";
import { resolveName } from "./lookup.ts";
import { type NameSource, findSources } from "./name-source.ts";
import { lookAtResolver } from "./resolver.ts";
import { isStored } from "./stored.ts";
import { traceWeb } from "./trace-web.ts";

/** For whatever keeps a name from coming along, the checks without a name look more closely. */
const lookCloser = "hostsfile-server doctor";

/**
 * Makes the steps for a name.
 *
 * @param name - lower case, without trailing dot
 */
export function traceSteps(name: string): readonly Check[] {
  const steps: readonly Omit<Check, "needs">[] = [
    {
      id: "name-asked-for",
      title: `A resource of the cluster asks for ${name}`,
      run: async (desktop) => askedFor(desktop, name),
    },
    serverAnswers,
    { id: "name-managed", title: `${name} lies in a managed domain`, run: async (desktop) => managed(desktop, name) },
    { id: "name-sent", title: `ExternalDNS has sent ${name}`, run: async (desktop) => sent(desktop, name) },
    { id: "name-shown", title: `The server shows ${name}`, run: async (desktop) => shown(desktop, name) },
    { id: "name-in-file", title: `The hosts file has ${name}`, run: async (desktop) => inFile(desktop, name) },
    nsswitch,
    { id: "name-resolved", title: `Programs resolve ${name}`, run: async (desktop) => resolved(desktop, name) },
    {
      id: "name-reached",
      title: `A page comes for ${name}`,
      run: async (desktop) => traceWeb(name, await addressesOf(desktop, name)),
    },
  ];
  return steps.map((step, index) => ({
    ...step,
    needs: steps.slice(index === 0 ? 0 : index - 1, index).map(({ id }) => id),
  }));
}

async function askedFor(desktop: Desktop, name: string): Promise<readonly Finding[]> {
  try {
    const status = await desktop.status().catch(() => undefined);
    const isKnown = status?.names.list.some((shownName) => shownName.name === name) ?? false;
    return [judgeSources(name, await findSources(desktop, name), isKnown, desktop)];
  } catch (error) {
    if (!(error instanceof TroubleError)) throw error;
    const { code, message, hint } = error;
    return [{ grade: "note", code, message: `${message} The cluster is not looked at.`, hint }];
  }
}

/** Judges; a name that the server shows all the same comes from another cluster than the one that was asked. */
export function judgeSources(
  name: string,
  sources: readonly NameSource[],
  isKnown: boolean,
  desktop: Pick<Desktop, "place">,
): Finding {
  const [first] = sources;
  if (first === undefined) {
    return {
      grade: isKnown ? "note" : "problem",
      code: "name-not-asked-for",
      message: `No Ingress, Service, HTTPRoute or DNSEndpoint of this cluster asks for ${name}.`,
      hint: `See which hosts are asked for: ${kubectl(desktop, "get", "ingress", "-A")}`,
    };
  }
  const [silent] = first.ingress === undefined ? [] : findSilentIngresses({ ingresses: [first.ingress] });
  if (silent === undefined) return ok(`The ${first.kind} ${first.path} asks for ${name}.`);
  return {
    grade: "problem",
    code: "ingress-without-target",
    message: `The Ingress ${first.path} asks for ${name}, and ExternalDNS passes over it: no annotation names a target, and no load balancer gave an address.`,
    hint: `Name one; any will do, the name gets the cluster IP: ${silent.command}`,
  };
}

async function managed(desktop: Desktop, name: string): Promise<readonly Finding[]> {
  const status = await desktop.status();
  return [judgeManaged(name, status, methodURL(desktop, "default", "domains"))];
}

/** Judges by the managed domains of all clusters. */
export function judgeManaged(
  name: string,
  status: Pick<Status, "clusters" | "server"> | undefined,
  url: string,
): Finding {
  const managing = status?.clusters.find(({ domains }) => isUnder(name, domains));
  if (managing !== undefined) return ok(`${name} lies in a managed domain of ${managing.name}.`);
  const domain = name.split(".").slice(-2).join(".");
  return {
    grade: "problem",
    code: "not-managed",
    message: `${name} lies outside the managed domains (${status?.clusters.flatMap(({ domains }) => domains).join(", ") || "none"}).`,
    hint: `Manage its domain: ${curlWords(undefined)} -d ${domain} ${url}`,
  };
}

function isUnder(name: string, domains: readonly string[]): boolean {
  return isManaged(name, new Set(domains.flatMap((domain) => parseManagedDomain(domain) ?? [])));
}

async function sent(desktop: Desktop, name: string): Promise<readonly Finding[]> {
  const status = await desktop.status();
  const clusters = (status?.clusters ?? [])
    .filter(({ domains }) => isUnder(name, domains))
    .map((cluster) => cluster.name);
  const holders = await Promise.all(
    clusters.map(async (cluster) => ((await isStored(desktop, cluster, name)) ? [cluster] : [])),
  );
  return [judgeSent(name, holders.flat(), status?.leftOut.list ?? [])];
}

/** Judges by what is stored, and by what was left out when it was offered. */
export function judgeSent(name: string, holders: readonly string[], leftOut: Status["leftOut"]["list"]): Finding {
  if (holders.length > 0) return ok(`ExternalDNS of ${holders.join(", ")} has sent ${name}.`);
  const refused = leftOut.find((entry) => entry.name === name);
  if (refused !== undefined) {
    return {
      grade: "problem",
      code: refused.reason,
      message: refused.sentence,
      hint: `See what else there is: ${lookCloser}`,
    };
  }
  return {
    grade: "problem",
    code: "name-not-sent",
    message: `ExternalDNS has not sent ${name}. It looks once a minute unless it was told otherwise.`,
    hint: `If it does not come, see why: ${lookCloser}`,
  };
}

async function shown({ status }: Desktop, name: string): Promise<readonly Finding[]> {
  return [judgeShown(name, await status())];
}

/** Judges by what the server says of the name. */
export function judgeShown(name: string, status: Pick<Status, "names" | "notShown" | "sinks"> | undefined): Finding {
  const conflict = status?.sinks.flatMap(({ conflicts }) => conflicts.list).find((each) => each.name === name);
  if (conflict !== undefined) {
    const message = `Your own line ${conflict.line} has ${name}, so the cluster's does not count: ${conflict.text.trim()}`;
    const hint =
      "Take it out to let the cluster have it, or let this do it, which shows it first: hostsfile-server adopt";
    return { grade: "problem", code: "name-is-yours", message, hint };
  }
  const kept = status?.notShown.list.find((each) => each.name === name);
  const entry = status?.names.list.find((each) => each.name === name);
  if (entry !== undefined) return ok(`The server shows ${name} with ${entry.addresses.join(", ")}.`);
  if (kept === undefined) return ok(`The server has ${name} among its names.`);
  return { grade: "problem", code: kept.reason, message: kept.sentence, hint: `See what else there is: ${lookCloser}` };
}

async function addressesOf({ once }: Desktop, name: string): Promise<readonly string[]> {
  return addressesIn(readBlock((await once(lookAtHostsFile)).text ?? ""), name);
}

async function inFile(desktop: Desktop, name: string): Promise<readonly Finding[]> {
  const addresses = await addressesOf(desktop, name);
  const { path } = await desktop.once(lookAtHostsFile);
  if (addresses.length > 0) return [ok(`${path} has ${name} with ${addresses.join(", ")}.`)];
  const message = `${path} has no line for ${name}, though the server wants one there.`;
  return [{ grade: "problem", code: "name-not-in-file", message, hint: `See what hinders the server: ${lookCloser}` }];
}

async function resolved(desktop: Desktop, name: string): Promise<readonly Finding[]> {
  const file = await desktop.once(lookAtHostsFile);
  const read = judgeRead(file.path, await isResolversFile(file));
  if (read.grade !== "ok") return [read];
  const [shownWith, found] = [await addressesOf(desktop, name), await resolveName(desktop, name)];
  return [judgeAnswer({ name, shown: shownWith, found, resolver: await desktop.once(lookAtResolver) })];
}
