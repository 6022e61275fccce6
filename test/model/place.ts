/** Where a hosts file of the model can lie: in a folder, or mounted, where it can only be written in place. Mounting needs root. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../support/temporary-folder.ts";
import type { DriveOptions } from "./drive.ts";

export type ModelPlace = Pick<DriveOptions, "folder" | "stateFolder" | "canReplace"> & Disposable;

/** A hosts file in a folder of its own. */
export function openFolder(): ModelPlace {
  const scratch = temporaryFolder();
  const folder = join(scratch.path, "etc");
  mkdirSync(folder);
  return {
    folder,
    stateFolder: join(scratch.path, "state"),
    canReplace: true,
    [Symbol.dispose]: () => scratch[Symbol.dispose](),
  };
}

/** A hosts file that is a mount of its own, as in a container. */
export function openMount(): ModelPlace {
  const place = openFolder();
  const source = join(place.folder, "..", "source");
  const path = join(place.folder, "hosts");
  writeFileSync(source, "");
  writeFileSync(path, "");
  execFileSync("mount", ["--bind", source, path]);
  return {
    ...place,
    canReplace: false,
    [Symbol.dispose]: () => {
      execFileSync("umount", [path]);
      place[Symbol.dispose]();
    },
  };
}
