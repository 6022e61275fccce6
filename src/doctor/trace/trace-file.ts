/** The steps of a trace on this machine: is the name in the hosts file, and do programs resolve it? */
import { addressesIn, readBlock } from "../looks/block.ts";
import { type Desktop, type Finding, ok } from "../check.ts";
import { judgeRead } from "../checks/hosts-file-is-read.ts";
import { judgeAnswer } from "../checks/name-resolves.ts";
import { isResolversFile, lookAtHostsFile } from "../looks/hosts-file.ts";
import { resolveName } from "../looks/lookup.ts";
import { lookAtResolver } from "../looks/resolver.ts";
import { findElsewhere, lookCloser } from "./trace-server.ts";

/** The addresses that the hosts file gives to the name. */
async function addressesInFile({ once }: Desktop, name: string): Promise<readonly string[]> {
  return addressesIn(readBlock((await once(lookAtHostsFile)).text ?? ""), name);
}

/** The addresses that the hosts file gives to the name, or another sink where the hosts file cannot have it. */
export async function addressesOf(desktop: Desktop, name: string): Promise<readonly string[]> {
  const inHostsFile = await addressesInFile(desktop, name);
  if (inHostsFile.length > 0) return inHostsFile;
  return findElsewhere(name, await desktop.status())?.addresses ?? [];
}

/** Looks whether the hosts file has it. */
export async function inFile(desktop: Desktop, name: string): Promise<readonly Finding[]> {
  const addresses = await addressesInFile(desktop, name);
  const { path } = await desktop.once(lookAtHostsFile);
  if (addresses.length > 0) return [ok(`${path} has ${name} with ${addresses.join(", ")}.`)];
  const elsewhere = findElsewhere(name, await desktop.status());
  if (elsewhere !== undefined) {
    const { because = `${name} is not in the hosts file.`, sinks } = elsewhere;
    return [ok(`${because} It is in the ${sinks.join(" and the ")}.`)];
  }
  const message = `${path} has no line for ${name}, though the server wants one there.`;
  return [
    { grade: "problem", code: "name-not-in-file", message, hint: "See what hinders the server:", command: lookCloser },
  ];
}

/** Looks whether programs resolve it. */
export async function resolved(desktop: Desktop, name: string): Promise<readonly Finding[]> {
  const file = await desktop.once(lookAtHostsFile);
  const read = judgeRead(file.path, await isResolversFile(file));
  if (read.grade !== "ok") return [read];
  const [shownWith, found] = [await addressesOf(desktop, name), await resolveName(desktop, name)];
  return [judgeAnswer({ name, shown: shownWith, found, resolver: await desktop.once(lookAtResolver) })];
}
