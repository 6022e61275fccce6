/** What the block in a hosts file says of the store that it was written from: what a store must not fall behind. */
import type { Position } from "../../records/position.ts";
import type { Trouble } from "../../base/trouble.ts";
import { type PlacedMarker, findMarkersIn } from "./block-cut.ts";
import { fileAccess } from "./writer/file-access.ts";
import { hostsFileTrouble } from "./hosts-file-trouble.ts";
import { takeSnapshot } from "./writer/snapshot.ts";

/** Undefined among the positions is a block that names no store. */
type ShownBefore =
  | { readonly ok: true; readonly positions: readonly (Position | undefined)[] }
  | { readonly ok: false; readonly trouble: Trouble };

/**
 * Looks for blocks of ours, damaged ones as well, in a file of any size.
 *
 * @param path - the hosts file; a missing one has none
 */
export function shownBefore(path: string): ShownBefore {
  try {
    const markers = readMarkers(path);
    const begins = markers.filter((marker) => marker.kind === "begin");
    const positions = begins.length === 0 && markers.length > 0 ? [undefined] : begins.map(({ position }) => position);
    return { ok: true, positions };
  } catch (error) {
    const trouble = hostsFileTrouble(error, path);
    if (trouble === undefined) throw error;
    return { ok: false, trouble };
  }
}

function readMarkers(path: string): readonly PlacedMarker[] {
  const snapshot = takeSnapshot(fileAccess, path);
  if (snapshot.kind === "file") snapshot.file[Symbol.dispose]();
  return findMarkersIn(snapshot.bytes);
}
