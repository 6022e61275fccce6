/** Looks at the hosts file itself, once for all checks: what is at its path, what it holds, and what prevents a write. */
import { type Stats } from "node:fs";
import { lstat, readFile, realpath, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { Desktop } from "../check.ts";
import { type Mount, findMount } from "../../sinks/hosts-file/writer/mount.ts";
import { platform } from "../../platform/current.ts";
import { mountsFile } from "../../platform/linux-files.ts";

export interface HostsFile {
  /** As it was given. */
  readonly path: string;
  /** Without links; as given when it leads nowhere. */
  readonly real: string;
  readonly isLink: boolean;
  readonly kind: "file" | "missing" | "dangling" | "other";
  readonly mode: number;
  readonly owner: number;
  readonly group: number;
  /** How many names it has, hard links included; 0 when it is not there. */
  readonly links: number;
  /** The bytes as text, one character each; undefined when this user may not read them. */
  readonly text: string | undefined;
  readonly mount: Mount | undefined;
  /** The letters of lsattr(1) for the file and its folder, as in `i`; empty where unknown. */
  readonly attributes: string;
  readonly folder: { readonly path: string; readonly attributes: string } & Pick<HostsFile, "mode" | "owner" | "group">;
}

/** Looks at the hosts file; nothing that is wrong with it is an error. */
export async function lookAtHostsFile(desktop: Desktop): Promise<HostsFile> {
  const { hostsFile: path } = desktop;
  const link = await unlessAbsent(lstat(path));
  const real = (await unlessAbsent(realpath(path))) ?? path;
  const status = await unlessAbsent(stat(path));
  const folder = dirname(real);
  const folderStatus = await unlessAbsent(stat(folder));
  const table = await desktop.readFile(mountsFile).catch(() => undefined);
  return {
    path,
    real,
    isLink: link?.isSymbolicLink() ?? false,
    kind: kindOf(link, status),
    ...rightsOf(status),
    links: status?.nlink ?? 0,
    text: status?.isFile() === true ? await readText(path) : undefined,
    mount: findMount(table?.toString("utf8") ?? "", real),
    attributes: status === undefined ? "" : await attributesOf(desktop, real),
    folder: { path: folder, attributes: await attributesOf(desktop, folder), ...rightsOf(folderStatus) },
  };
}

function kindOf(link: Stats | undefined, status: Stats | undefined): HostsFile["kind"] {
  if (link === undefined) return "missing";
  if (status === undefined) return "dangling";
  return status.isFile() ? "file" : "other";
}

function rightsOf(status: Stats | undefined): Pick<HostsFile, "mode" | "owner" | "group"> {
  return { mode: (status?.mode ?? 0) & 0o7777, owner: status?.uid ?? 0, group: status?.gid ?? 0 };
}

/** A file that a person may not read is judged by what else is known of it. */
async function readText(path: string): Promise<string | undefined> {
  return readFile(path, "latin1").catch(() => undefined);
}

/** lsattr(1) opens the file read-only and asks for its flags, which Node cannot; other file systems have none. */
async function attributesOf({ run }: Desktop, path: string): Promise<string> {
  const { ok, output } = await run("lsattr", ["-d", "--", path]);
  return ok ? (output.split(" ")[0] ?? "").replaceAll("-", "") : "";
}

/** Whether it is the file that resolvers read, by whatever path. */
export async function isResolversFile({ real }: Pick<HostsFile, "real">): Promise<boolean> {
  const { hostsFile: resolversFile } = platform.places;
  return real === ((await unlessAbsent(realpath(resolversFile))) ?? resolversFile);
}

/** Bytes that can still be written where a path lies; undefined when it is not there. */
export async function freeSpace(path: string): Promise<number | undefined> {
  const space = await unlessAbsent(statfs(path));
  if (space === undefined) return undefined;
  // What is kept back for root is not for the server either: as a service it has none of root's powers.
  return space.bavail * space.bsize;
}

/** Undefined for what is not there, or lies where this user may not look. */
async function unlessAbsent<Value>(look: Promise<Value>): Promise<Value | undefined> {
  try {
    return await look;
  } catch {
    return undefined;
  }
}
