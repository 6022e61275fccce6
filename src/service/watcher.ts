/** The watcher as a service of a user: its files in the user's home folder, and a note of root's on what there is ours. */
import { readIfThere } from "../base/read-if-there.ts";
import { existsSync } from "node:fs";
import { lstat, readdir, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod/mini";
import { isMissing, messageOf } from "../base/errors.ts";
import { parseJSON } from "../base/json.ts";
import { renderCommand } from "../base/shell.ts";
import { TroubleError } from "../base/trouble.ts";
import { type Login, actAs } from "../platform/login.ts";
import type { Platform } from "../platform/platform.ts";
import type { UserServices, WantedWatcher } from "../platform/user-services.ts";
import { userPlaces } from "../platform/user-places.ts";
import { type Item, type ItemState, compareItem, isUnfinished, putItem } from "./item.ts";

/** A watcher that is to be installed. */
export interface WatcherWish extends WantedWatcher {
  readonly login: Login;
  readonly services: UserServices;
  /** The watch token; undefined where the server requires none. */
  readonly token: string | undefined;
}

export interface WatcherPlan extends Pick<WatcherWish, "login" | "services"> {
  /** In the user's home folder, put there with the user's rights. */
  readonly items: readonly { readonly item: Item; readonly state: ItemState }[];
  /** Root's note. */
  readonly note: Item;
}

const noteSchema = z.object({
  name: z.string(),
  user: z.number(),
  group: z.number(),
  home: z.string(),
  /** Paths that are ours, each with nothing of the user's. */
  files: z.array(z.string()),
  /** Folders that were not there before; a later one may lie in an earlier one. */
  folders: z.array(z.string()),
});

/** A watcher that was installed. */
type InstalledWatcher = z.infer<typeof noteSchema>;

/** Plans; nothing is changed. */
export async function planWatcher(wish: WatcherWish, platform: Platform): Promise<WatcherPlan> {
  const { login, services } = wish;
  const places = userPlaces(login.home);
  const items = itemsOf(wish);
  const known = await readNote(login.name, platform).catch(unlessDamaged);
  const paths = [...items.flatMap(({ kind, path }) => (kind === "folder" ? [] : [path])), places.watcherMemory];
  return inHomeOf(login, async () => {
    const compared = await Promise.all(items.map(async (item) => ({ item, state: await compareItem(item) })));
    const content: InstalledWatcher = {
      ...login,
      files: [...new Set([...(known?.files ?? []), ...paths])],
      folders: [...new Set([...(known?.folders ?? []), ...missingFolders(paths, login.home)])],
    };
    return { login, services, items: compared, note: noteItem(content, platform) };
  });
}

function itemsOf({ login, services, token, ...wanted }: WatcherWish): readonly Item[] {
  const { tokenFile, watcherMemory } = userPlaces(login.home);
  const files = services
    .filesOf(login, wanted)
    .map((file): Item =>
      "target" in file ? { kind: "link", ...file } : { kind: "file", ...file, mode: 0o644, owner: login },
    );
  const tokenItem: Item = { kind: "file", path: tokenFile, content: `${token}\n`, mode: 0o600, owner: login };
  return [...(token === undefined ? [] : [tokenItem]), { kind: "folder", path: dirname(watcherMemory) }, ...files];
}

function noteItem(content: InstalledWatcher, platform: Platform): Item {
  const text = `${JSON.stringify(content, undefined, 2)}\n`;
  return {
    kind: "file",
    path: noteOf(content.name, platform),
    content: text,
    mode: 0o644,
    owner: platform.places.owner,
  };
}

/** Folders in the home folder that lead to these paths and are not there, the outer before the inner. */
function missingFolders(paths: readonly string[], home: string): readonly string[] {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let folder = dirname(path); folder.startsWith(`${home}/`); folder = dirname(folder)) {
      if (!existsSync(folder)) folders.add(folder);
    }
  }
  return [...folders].toSorted();
}

/** What would be written in the user's home folder, in its order. */
export function watcherChanges({ items }: WatcherPlan): readonly Item[] {
  return items.filter(({ state }) => state === "missing" || state === "different").map(({ item }) => item);
}

/**
 * Writes what has to be written and starts the watcher. Root notes first what will be ours, so that an installation that
 * is cut off can be removed.
 *
 * @returns whether it runs now; else it starts with the user's next login
 * @throws TroubleError of the service manager, and the file system's errors
 */
export async function applyWatcher(plan: WatcherPlan): Promise<boolean> {
  const { login, services, note } = plan;
  await putItem(note);
  await inHomeOf(login, async () => {
    for (const item of watcherChanges(plan)) await putItem(item);
  });
  return services.start(login);
}

/**
 * Finds the watchers that were installed.
 *
 * @throws TroubleError `watcher-note-damaged` (exit 3) where it cannot be said what of a watcher is ours
 */
export async function findWatchers(platform: Platform): Promise<readonly InstalledWatcher[]> {
  const names = (await readdir(notesFolder(platform.places)).catch(unlessMissing)) ?? [];
  const notes = await Promise.all(
    names.filter((name) => !isUnfinished(name)).map(async (name) => readNote(name, platform)),
  );
  return notes.filter((note) => note !== undefined);
}

async function readNote(name: string, platform: Platform): Promise<InstalledWatcher | undefined> {
  const path = noteOf(name, platform);
  const damaged = (cause: unknown): TroubleError => noteDamaged(name, { path, cause, platform });
  const text = await readIfThere(path).catch((error: unknown) => {
    throw damaged(error);
  });
  if (text === undefined) return undefined;
  const note = z.safeParse(noteSchema, parseJSON(text));
  if (note.success) return note.data;
  throw damaged(note.error);
}

/** Installing writes a note anew. Which folders were made for it is not known then, so they stay. */
function noteDamaged(
  name: string,
  { path, cause, platform }: { readonly path: string; readonly cause: unknown; readonly platform: Platform },
): TroubleError {
  const message = `${path}, which says what of the watcher of ${name} is ours, cannot be read as that.`;
  const hint = `Nothing was changed. Run this as ${name}, which writes it anew; if ${name} is gone, delete the file:`;
  const command = platform.commands.asRoot("hostsfile-server install --watch");
  return new TroubleError({ code: "watcher-note-damaged", message, hint, command }, { cause });
}

function unlessDamaged(error: unknown): undefined {
  if (error instanceof TroubleError && error.code === "watcher-note-damaged") return undefined;
  throw error;
}

/** The paths of a watcher that are there. */
export async function pathsOfWatcher(watcher: InstalledWatcher): Promise<readonly string[]> {
  return inHomeOf(watcher, async () => {
    const found = await Promise.all(
      watcher.files.map(async (path) => ((await lstat(path).catch(unlessMissing)) === undefined ? [] : [path])),
    );
    return found.flat();
  });
}

/** Stops a watcher and removes what is ours in the user's home folder. A folder with something of the user's in it stays. */
export async function removeWatcher(watcher: InstalledWatcher, { services: { ofUsers } }: Platform): Promise<void> {
  await ofUsers?.stop(watcher);
  await inHomeOf(watcher, async () => {
    for (const path of watcher.files) await rm(path, { force: true });
    for (const folder of watcher.folders.toReversed()) await rmdir(folder).catch(() => undefined);
  });
  await ofUsers?.forget(watcher);
}

/** Works with the user's rights, so that no link in the home folder leads root anywhere. */
async function inHomeOf<Result>(login: Login, work: () => Promise<Result>): Promise<Result> {
  try {
    return await actAs(login, work);
  } catch (error) {
    const reason = messageOf(error);
    const message = `The files of the watcher in ${login.home} cannot be changed as ${login.name}: ${reason}.`;
    const hint = `Let ${login.name} own what is in there, then type it again. See whose it is:`;
    const command = renderCommand(["ls", "-la", join(login.home, ".config")]);
    throw new TroubleError({ code: "home-unwritable", message, hint, command }, { cause: error });
  }
}

function noteOf(name: string, { places }: Platform): string {
  return join(notesFolder(places), name);
}

function notesFolder({ settingsFolder }: Platform["places"]): string {
  return join(settingsFolder, "watchers");
}

function unlessMissing(error: unknown): undefined {
  if (isMissing(error)) return undefined;
  throw error;
}
