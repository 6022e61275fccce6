/** The steps of a trace on this machine: is the name in the hosts file, and do programs resolve it? */
import { addressesIn, readBlock } from "../looks/block.ts";
import { type Desktop, type Finding, ok } from "../check.ts";
import { judgeRead } from "../checks/hosts-file-is-read.ts";
import { judgeAnswer } from "../checks/name-resolves.ts";
import { isResolversFile, lookAtHostsFile } from "../looks/hosts-file.ts";
import { tellResolver } from "../../platform/resolver/commands.ts";
import type { Status } from "../../contract/status.ts";
import { resolveName } from "../looks/lookup.ts";
import { lookAtResolver } from "../looks/resolver.ts";
import { findElsewhere, lookCloser } from "./trace-server.ts";

/** The addresses that the hosts file gives to the name. */
async function addressesInFile({ once }: Desktop, name: string): Promise<readonly string[]> {
  return addressesIn(readBlock((await once(lookAtHostsFile)).text ?? ""), name);
}

/**
 * The addresses that the hosts file gives to the name, or another sink where the hosts file cannot have it.
 *
 * @param owner - what answers for the name: itself, or a wildcard
 */
export async function addressesOf(desktop: Desktop, name: string, owner = name): Promise<readonly string[]> {
  const inHostsFile = await addressesInFile(desktop, name);
  if (inHostsFile.length > 0) return inHostsFile;
  return findElsewhere(owner, await desktop.status())?.addresses ?? [];
}

/** Looks whether the hosts file has it. */
export async function inFile(desktop: Desktop, name: string, owner = name): Promise<readonly Finding[]> {
  const addresses = await addressesInFile(desktop, name);
  const { path } = await desktop.once(lookAtHostsFile);
  if (addresses.length > 0) return [ok(`${path} has ${name} with ${addresses.join(", ")}.`)];
  const elsewhere = findElsewhere(owner, await desktop.status());
  if (elsewhere !== undefined) {
    const { because = `${owner} is not in the hosts file.`, sinks } = elsewhere;
    return [ok(`${because} It is in the ${sinks.join(" and the ")}.`)];
  }
  const message = `${path} has no line for ${name}, though the server wants one there.`;
  return [
    { grade: "problem", code: "name-not-in-file", message, hint: "See what hinders the server:", command: lookCloser },
  ];
}

/** Looks whether programs resolve it. */
export async function resolved(desktop: Desktop, name: string, owner = name): Promise<readonly Finding[]> {
  const shown = await addressesInFile(desktop, name);
  if (shown.length === 0) return throughResolver(desktop, name, owner);
  const file = await desktop.once(lookAtHostsFile);
  const read = judgeRead(file.path, await isResolversFile(file));
  if (read.grade !== "ok") return [read];
  const found = await resolveName(desktop, name);
  return [judgeAnswer({ name, shown, found, resolver: await desktop.once(lookAtResolver) })];
}

/** A name that the hosts file cannot hold resolves only where the system resolver asks the server. */
async function throughResolver(desktop: Desktop, name: string, owner: string): Promise<readonly Finding[]> {
  const status = await desktop.status();
  const shown = findElsewhere(owner, status)?.addresses ?? [];
  return [judgeThroughResolver({ name, shown, found: await resolveName(desktop, name), resolver: status?.resolver })];
}

/**
 * Judges what the system resolver says of a name.
 *
 * @param given - the addresses that the server answers with and those that were found; how the resolver is told
 */
export function judgeThroughResolver(given: {
  readonly name: string;
  readonly shown: readonly string[];
  readonly found: readonly string[];
  readonly resolver: Status["resolver"];
}): Finding {
  const { name, shown, found, resolver } = given;
  const how = resolver?.sentence ?? "The system resolver is left alone.";
  if (shown.length === 0) return ok(`${name} has no address, so there is nothing to resolve.`);
  const [first] = found;
  if (first !== undefined && shown.includes(first)) return ok(`${name} resolves to ${first}. ${how}`);
  const what = first === undefined ? "does not resolve" : `resolves to ${found.join(", ")}`;
  const message = `${name} ${what}, though the server answers with ${shown.join(", ")}. ${how}`;
  const isTold = resolver !== undefined && resolver.way !== "none";
  return {
    grade: "problem",
    code: first === undefined ? "name-unresolved" : "name-resolves-elsewhere",
    message,
    ...(isTold
      ? { hint: "See what is wrong between the resolver and the server:", command: lookCloser }
      : { hint: "Let the resolver be told, where it can be:", command: tellResolver }),
  };
}
