/** The service on the disk: its parts, the steps that make it run as it should, and carrying them out. */
import { readdir, rm } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import type { Platform } from "../platform/platform.ts";
import type {
  ListenPlace,
  PredecessorFlags,
  PresentService,
  ServiceChange,
  ServicePreparation,
} from "../platform/service-manager.ts";
import type { ListenAddress } from "../records/listen-address.ts";
import { type Item, type ItemState, compareItem, putItem } from "./item.ts";
import type { InstalledProgram } from "./program.ts";
import { findReplaced } from "./removal.ts";
import { type Variables, changeSettings, settingsHeading } from "./settings-text.ts";
import { readIfThere } from "../base/read-if-there.ts";

/** What is there before anything is done. */
export interface Present extends PresentService {
  /** The text of the settings file. */
  readonly settings: string | undefined;
  readonly token: string | undefined;
}

/** What is wanted. */
export interface Wanted {
  readonly program: InstalledProgram;
  /** Variables of the settings file that were given. */
  readonly variables: Variables;
  readonly listen: ListenPlace;
  /** Where its DNS responder listens, and whether it does. */
  readonly responder: { readonly places: readonly ListenAddress[]; readonly isOn: boolean };
  /** What has to be done with all powers each time before the service starts. */
  readonly preparation?: ServicePreparation | undefined;
  /** Who may read the token beside root; undefined for a server without a token. */
  readonly token: { readonly user: number; readonly group: number; readonly mode: number } | undefined;
}

export interface InstallationPlan {
  readonly items: readonly { readonly item: Item; readonly state: ItemState }[];
  /** The predecessor, whose service is kept as a copy. */
  readonly predecessor: PredecessorFlags | undefined;
  /** Paths of an installation by hand that the package takes the place of. */
  readonly replaced: readonly string[];
  /** Paths of files that the service no longer needs. */
  readonly obsolete: readonly string[];
  /** Whether the service has to listen elsewhere; else the port is held all the time. */
  readonly isMoved: boolean;
  /** Whether it has a DNS responder. */
  readonly hasResponder: boolean;
}

/**
 * Looks at what is installed; nothing is changed.
 *
 * @param isPackaged - whether a package brings the service's files
 */
export async function findPresent(isPackaged: boolean, { places, services }: Platform): Promise<Present> {
  const [settings, token, present] = await Promise.all([
    readIfThere(places.settingsFile),
    readIfThere(places.tokenFile),
    services.findPresent(isPackaged),
  ]);
  return { ...present, settings, token };
}

/** The variables of a settings file; a broken one has none. */
export function variablesOf(text: string | undefined): Variables {
  return parseEnv(text ?? "");
}

/** Plans; nothing is changed. The token that is there stays. */
export async function planInstallation(
  present: Present,
  wanted: Wanted,
  platform: Platform,
): Promise<InstallationPlan> {
  const { program } = wanted;
  const isMoved = present.place !== platform.services.placeText(wanted.listen);
  const items = itemsOf(present, wanted, { platform, isMoved });
  const compared = await Promise.all(items.map(async (item) => ({ item, state: await compareItem(item) })));
  const replaced = program.command === undefined ? await findReplaced(platform) : [];
  const needed = new Set(items.map(({ path }) => path));
  const obsolete = platform.services.optionalFiles.filter((path) => !needed.has(path) && existsSync(path));
  const { isOn: hasResponder } = wanted.responder;
  return { items: compared, predecessor: present.predecessor, replaced, obsolete, isMoved, hasResponder };
}

/** The program comes first, and what starts it last. */
function itemsOf(
  present: Present,
  { program, variables, listen, responder, token, preparation }: Wanted,
  { platform, isMoved }: { readonly platform: Platform; readonly isMoved: boolean },
): readonly Item[] {
  const { places, services } = platform;
  const { owner } = places;
  const settings = changeSettings(present.settings ?? settingsHeading(platform), variables);
  const content = present.token ?? `${randomBytes(32).toString("hex")}\n`;
  const { command, hasAddon } = program;
  const service = { command, canNotify: hasAddon, listen, responder: responder.places, preparation };
  return [
    ...program.items,
    { kind: "folder", path: places.settingsFolder },
    ...(token === undefined
      ? []
      : [{ kind: "file", path: places.tokenFile, content, mode: token.mode, owner: token } as const]),
    { kind: "file", path: places.settingsFile, content: settings, mode: 0o644, owner },
    ...services.filesOf(service, isMoved).map((file): Item => ({ kind: "file", ...file, mode: 0o644, owner })),
  ];
}

/** What the plan would write, in its order. */
export function changesOf({ items }: InstallationPlan): readonly Item[] {
  return items.filter(({ state }) => state === "missing" || state === "different").map(({ item }) => item);
}

/**
 * Writes what has to be written, and lets the service manager run it. Done again after an interruption, it continues
 * where that stopped.
 *
 * @throws TroubleError of the service manager, and the file system's errors
 */
export async function applyInstallation(plan: InstallationPlan, { places, services }: Platform): Promise<void> {
  const changes = changesOf(plan);
  if (plan.predecessor !== undefined) {
    await putItem({ kind: "folder", path: places.stateFolder });
    await services.setPredecessorAside(places.predecessorCopy);
  }
  for (const item of changes) await putItem(item);
  for (const path of [...plan.replaced, ...plan.obsolete]) await rm(path, { recursive: true });
  await removeStale(plan, places.programFolder);
  await services.run(neededFor(plan, services), plan.hasResponder);
}

function neededFor(plan: InstallationPlan, { responderFiles, optionalFiles }: Platform["services"]): ServiceChange {
  if (plan.isMoved || plan.predecessor !== undefined) return "place";
  // What was not there before says of the sockets that are open that they are elsewhere, or there are none.
  const isOther = ({ item: { path }, state }: InstallationPlan["items"][number]): boolean =>
    state === "different" || (state === "missing" && optionalFiles.includes(path));
  const changed = [...plan.items.filter(isOther).map(({ item }) => item.path), ...plan.obsolete];
  if (changed.some((path) => responderFiles.includes(path))) return "responder";
  return changesOf(plan).length + plan.replaced.length + plan.obsolete.length > 0 ? "program" : "nothing";
}

/** Removes parts of an older version of the program. */
async function removeStale({ items }: InstallationPlan, programFolder: string): Promise<void> {
  const kept = new Set(items.map(({ item }) => item.path));
  if (![...kept].some((path) => path.startsWith(`${programFolder}/`))) return;
  for (const name of await readdir(programFolder)) {
    const path = join(programFolder, name);
    if (!kept.has(path)) await rm(path, { recursive: true, force: true });
  }
}
