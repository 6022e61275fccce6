/** Is there room for a new hosts file beside the old one, and for the records? */
import { renderCommand } from "../../base/shell.ts";
import { type Check, type Finding, ok } from "../check.ts";
import { freeSpace, lookAtHostsFile } from "../looks/hosts-file.ts";
import { platform } from "../../platform/current.ts";

/** Bytes beside the file's own that a write takes: blocks of the new names, of the folder and of the lock. */
const margin = 16 * 1024;

/** Bytes that the store's journal takes for a change of many records. */
const storeNeeds = 256 * 1024;

export const diskSpace: Check = {
  id: "disk-space",
  title: "The disks have room",
  needs: ["hosts-file-there"],
  run: async ({ once, stateFolder }) => {
    const { path, folder, text = "" } = await once(lookAtHostsFile);
    const places = [
      { what: `${path} anew`, folder: folder.path, needed: text.length + margin, code: "hosts-file-disk-full" },
      { what: "the records", folder: stateFolder, needed: storeNeeds, code: "state-disk-full" },
    ];
    const found = await Promise.all(places.map(async (place) => judgeSpace(place, await freeSpace(place.folder))));
    const bad = found.filter((finding) => finding.grade !== "ok");
    return bad.length > 0 ? bad : found.slice(0, 1);
  },
};

/**
 * Judges the room of a folder.
 *
 * @param free - bytes; undefined when the folder is not there yet
 */
export function judgeSpace(
  place: { readonly what: string; readonly folder: string; readonly needed: number; readonly code: string },
  free: number | undefined,
): Finding {
  const { what, folder, needed, code } = place;
  if (free === undefined || free >= needed) return ok("There is room for the hosts file and for the records.");
  return {
    grade: "problem",
    code,
    message: `${folder} has ${kibibytes(free)} free, and to write ${what} takes ${kibibytes(needed)}.`,
    hint: "Make room. This shows what is large there:",
    command: platform.commands.asRoot(
      `sh -c ${renderCommand([`du -axk ${renderCommand([folder])} | sort -n | tail`])}`,
    ),
  };
}

function kibibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`;
}
