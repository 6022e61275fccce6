/** Looks at how this machine resolves names: nsswitch.conf, systemd-resolved and nscd, once for all checks. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Desktop } from "../check.ts";
import { type LookupSource, readHostsSources, readResolvedKey } from "./nsswitch.ts";
import { isLinux } from "../../platform/current.ts";
import {
  mapsFile,
  nscdSockets,
  nsswitchFile,
  resolvedFile,
  resolvedFolders,
  resolvedSign,
} from "../../platform/linux-files.ts";

export interface Resolver {
  /** Undefined when nsswitch.conf has no line for hosts, or is not there. */
  readonly sources: readonly LookupSource[] | undefined;
  readonly isNsswitchThere: boolean;
  /** Whether the C library reads nsswitch.conf at all: musl does not, and other systems have none. */
  readonly hasNsswitch: boolean;
  readonly resolved: { readonly isRunning: boolean; readonly readsHosts: boolean };
  readonly isNscdRunning: boolean;
}

/** Looks at the settings, and at what runs. */
export async function lookAtResolver(desktop: Desktop): Promise<Resolver> {
  const { readFile } = desktop;
  const nsswitch = (await readFile(nsswitchFile))?.toString("utf8");
  const settings = await Promise.all((await resolvedFiles()).map(async (path) => readFile(path)));
  const readsHosts = readResolvedKey(
    settings.map((text) => text?.toString("utf8") ?? ""),
    "ReadEtcHosts",
  );
  return {
    sources: nsswitch === undefined ? undefined : readHostsSources(nsswitch),
    isNsswitchThere: nsswitch !== undefined,
    hasNsswitch: await hasGlibc(desktop),
    resolved: {
      isRunning: await isThere(resolvedSign),
      readsHosts: !/^(?:no|n|false|f|off|0)$/i.test(readsHosts ?? "yes"),
    },
    isNscdRunning: (await Promise.all(nscdSockets.map(isThere))).includes(true),
  };
}

async function resolvedFiles(): Promise<readonly string[]> {
  const dropIns = new Map<string, string>();
  for (const folder of resolvedFolders.toReversed()) {
    const names = await readdir(folder).catch(() => []);
    for (const name of names.filter((each) => each.endsWith(".conf"))) dropIns.set(name, join(folder, name));
  }
  const paths = [...dropIns].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, path]) => path);
  return [resolvedFile, ...paths];
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** This very program's C library: musl is its own loader (proc_pid_maps(5)). */
async function hasGlibc({ readFile }: Pick<Desktop, "readFile">): Promise<boolean> {
  if (!isLinux()) return false;
  const maps = await readFile(mapsFile).catch(() => undefined);
  return maps?.includes("/ld-musl-") !== true;
}
