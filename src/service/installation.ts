/** The service on the disk: what belongs to it, what has to be done so that it runs as it should, and doing it. */
import { copyFile, readFile, readdir, rm } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { type Item, type ItemState, lookAtItem, putItem } from "./item.ts";
import {
  installedTokenFile,
  packagedUnitFolder,
  predecessorCopy,
  programFolder,
  serviceStateFolder,
  serviceUnitName,
  settingsFile,
  settingsFolder,
  socketDropInPath,
  socketUnitName,
  unitFolder,
} from "../platform/places.ts";
import { type PredecessorFlags, readPredecessor } from "./predecessor.ts";
import type { InstalledProgram } from "./program.ts";
import { findReplaced } from "./removal.ts";
import { type Variables, changeSettings } from "./settings-text.ts";
import { systemctl, unitProperty } from "../platform/systemd/systemctl.ts";
import {
  type ListenPlace,
  listenStream,
  listenStreamOf,
  serviceUnit,
  socketDropIn,
  socketUnit,
} from "../platform/systemd/units.ts";

/** What is there before anything is done. */
export interface Present {
  /** The text of the settings file. */
  readonly settings: string | undefined;
  readonly token: string | undefined;
  readonly predecessor: PredecessorFlags | undefined;
  /** Where our socket listens, as its unit says it. */
  readonly listenStream: string | undefined;
  /** Whether our socket is there and holds its port. */
  readonly isListening: boolean;
  /** The process of the service, ours or the predecessor's, while it runs. */
  readonly servicePid: number | undefined;
}

/** What is wanted. */
export interface Wanted {
  readonly program: InstalledProgram;
  /** Variables of the settings file that were given. */
  readonly variables: Variables;
  readonly listen: ListenPlace;
  /** Who may read the token beside root; undefined for a server without a token. */
  readonly token: { readonly user: number; readonly group: number; readonly mode: number } | undefined;
}

export interface InstallationPlan {
  readonly items: readonly { readonly item: Item; readonly state: ItemState }[];
  /** The predecessor, whose unit is kept as a copy. */
  readonly predecessor: PredecessorFlags | undefined;
  /** Paths of an installation by hand that the package takes the place of. */
  readonly replaced: readonly string[];
  /** Whether the socket has to listen elsewhere; else the port is held all the time. */
  readonly moves: boolean;
}

const unitPath = join(unitFolder, serviceUnitName);
const socketPath = join(unitFolder, socketUnitName);

/**
 * Looks; nothing is changed.
 *
 * @param isPackaged - whether the units are a package's
 */
export async function lookAtPresent(isPackaged: boolean): Promise<Present> {
  const sockets = isPackaged ? [socketDropInPath, join(packagedUnitFolder, socketUnitName)] : [socketPath];
  const [settings, token, unit, ...units] = await Promise.all(
    [settingsFile, installedTokenFile, unitPath, ...sockets].map(readOrNone),
  );
  const pid = Number(await unitProperty(serviceUnitName, "MainPID"));
  return {
    settings,
    token,
    predecessor: unit === undefined ? undefined : readPredecessor(unit),
    listenStream: listenStreamOf(units.find((text) => text !== undefined) ?? ""),
    isListening: (await unitProperty(socketUnitName, "ActiveState")) === "active",
    servicePid: pid > 0 ? pid : undefined,
  };
}

/** The variables of a settings file; a broken one has none. */
export function variablesOf(text: string | undefined): Variables {
  return parseEnv(text ?? "");
}

/** Plans; nothing is changed. The token that is there stays. */
export async function planInstallation(present: Present, wanted: Wanted): Promise<InstallationPlan> {
  const { program, variables, listen, token } = wanted;
  const tokenItems: readonly Item[] =
    token === undefined
      ? []
      : [
          {
            kind: "file",
            path: installedTokenFile,
            content: present.token ?? `${randomBytes(32).toString("hex")}\n`,
            mode: token.mode,
            owner: { user: token.user, group: token.group },
          },
        ];
  const moves = present.listenStream !== listenStream(listen);
  const items: readonly Item[] = [
    ...program.items,
    { kind: "folder", path: settingsFolder },
    ...tokenItems,
    { kind: "file", path: settingsFile, content: changeSettings(present.settings, variables), mode: 0o644 },
    ...unitsOf(program, { listen, moves }),
  ];
  const looked = await Promise.all(items.map(async (item) => ({ item, state: await lookAtItem(item) })));
  const replaced = program.command === undefined ? await findReplaced() : [];
  return { items: looked, predecessor: present.predecessor, replaced, moves };
}

/** A package brings the units; only where they listen is left to say. */
function unitsOf(
  { command, hasAddon }: InstalledProgram,
  { listen, moves }: { readonly listen: ListenPlace; readonly moves: boolean },
): readonly Item[] {
  if (command === undefined) {
    return moves ? [{ kind: "file", path: socketDropInPath, content: socketDropIn(listen), mode: 0o644 }] : [];
  }
  return [
    { kind: "file", path: socketPath, content: socketUnit(listen), mode: 0o644 },
    { kind: "file", path: unitPath, content: serviceUnit(command, { hasAddon }), mode: 0o644 },
  ];
}

/** What the plan would write, in its order. */
export function changesOf({ items }: InstallationPlan): readonly Item[] {
  return items.filter(({ state }) => state === "missing" || state === "different").map(({ item }) => item);
}

/**
 * Writes what has to be written, and lets systemd run it. Done again after an interruption it goes on where that came.
 *
 * @throws TroubleError `systemd-refused`, and the file system's errors
 */
export async function applyInstallation(plan: InstallationPlan): Promise<void> {
  const changes = changesOf(plan);
  if (plan.predecessor !== undefined) await setPredecessorAside();
  for (const item of changes) await putItem(item);
  for (const path of plan.replaced) await rm(path, { recursive: true });
  await removeStale(plan);
  await systemctl("daemon-reload");
  await systemctl("enable", "--quiet", socketUnitName, serviceUnitName);
  // The predecessor answers until here.
  if (plan.moves || plan.predecessor !== undefined) await systemctl("stop", serviceUnitName, socketUnitName);
  await systemctl("start", socketUnitName);
  const isUnchanged = changes.length + plan.replaced.length === 0;
  await systemctl(isUnchanged ? "start" : "restart", serviceUnitName);
}

async function setPredecessorAside(): Promise<void> {
  await putItem({ kind: "folder", path: serviceStateFolder });
  await copyFile(unitPath, predecessorCopy);
  // It would stand before a package's unit.
  await rm(unitPath);
}

/** Parts of an older version of the program. */
async function removeStale({ items }: InstallationPlan): Promise<void> {
  const kept = new Set(items.map(({ item }) => item.path));
  if (![...kept].some((path) => path.startsWith(`${programFolder}/`))) return;
  for (const name of await readdir(programFolder)) {
    const path = join(programFolder, name);
    if (!kept.has(path)) await rm(path, { recursive: true, force: true });
  }
}

async function readOrNone(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return undefined;
    throw error;
  });
}
