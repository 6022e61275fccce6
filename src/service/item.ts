/** What `install` puts on the disk: each thing with what it should be, compared with what is there. */
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, chown, copyFile, lstat, mkdir, open, readFile, readlink, rename, rm, symlink } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { isMissing } from "../base/errors.ts";

export type Item = { readonly path: string } & (
  | { readonly kind: "folder" }
  | { readonly kind: "link"; readonly target: string }
  | {
      readonly kind: "file";
      /** Its text, or the file to copy. */
      readonly content: string | Uint8Array | { readonly from: string };
      /** Permission bits, as in 0o644. */
      readonly mode: number;
      readonly owner: { readonly user: number; readonly group: number };
    }
);

/** `foreign`: a command of the same name that somebody else put there, as npm does. It stays. */
export type ItemState = "same" | "missing" | "different" | "foreign";

/** Compares an item with what is on the disk. */
export async function compareItem(item: Item): Promise<ItemState> {
  const status = await lstat(item.path).catch(unlessMissing);
  if (status === undefined) return "missing";
  switch (item.kind) {
    case "folder":
      return status.isDirectory() ? "same" : "different";
    case "link": {
      const target = status.isSymbolicLink() ? await readlink(item.path) : "";
      if (target === item.target) return "same";
      return dirname(target) === dirname(item.target) ? "different" : "foreign";
    }
    case "file": {
      const { user, group } = item.owner;
      const isAlike =
        status.isFile() && (status.mode & 0o7777) === item.mode && status.uid === user && status.gid === group;
      return isAlike && (await hasContent(item)) ? "same" : "different";
    }
  }
}

/** Whether a name is that of what {@link putItem} was writing when it was cut off. */
export function isUnfinished(name: string): boolean {
  return /\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name);
}

/**
 * Makes an item what it should be, in one step that a crash cannot leave half done.
 *
 * @throws the file system's error
 */
export async function putItem(item: Item): Promise<void> {
  await mkdir(dirname(item.path), { recursive: true, mode: 0o755 });
  if (item.kind === "folder") return void (await mkdir(item.path, { recursive: true, mode: 0o755 }));
  const temporary = `${item.path}.${randomUUID()}`;
  try {
    if (item.kind === "link") await symlink(item.target, temporary);
    else await writeWhole(item, temporary);
    await rename(temporary, item.path);
  } finally {
    await rm(temporary, { force: true });
  }
}

type FileItem = Extract<Item, { kind: "file" }>;

/** Nobody else may read it before its mode is set, as it may be a token. */
async function writeWhole(item: FileItem, path: string): Promise<void> {
  const { content, mode, owner } = item;
  await using file = await open(path, "wx", 0o600);
  if (typeof content === "string" || content instanceof Uint8Array) await file.writeFile(content);
  else await copyFile(content.from, path);
  await chown(path, owner.user, owner.group);
  await chmod(path, mode);
  await file.sync();
}

async function hasContent({ path, content }: FileItem): Promise<boolean> {
  if (typeof content === "string") return (await readFile(path, "utf8")) === content;
  if (content instanceof Uint8Array) return (await readFile(path)).equals(content);
  const [present, wanted] = await Promise.all([digestOf(path), digestOf(content.from)]);
  return present === wanted;
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

function unlessMissing(error: unknown): undefined {
  if (isMissing(error)) return undefined;
  throw error;
}
