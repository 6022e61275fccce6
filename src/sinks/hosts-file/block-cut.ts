/** Takes our block out of a file that is too large to be a text, by looking at nothing but the block and the lines beside it. */
import { renderHostsFile } from "./document/document.ts";
import { type Marker, findMarkers, markerStarts } from "./document/marker.ts";
import { maxBytes } from "./text.ts";
import { lineFeed } from "../../base/bytes.ts";

export type Cut =
  /** There is no block. */
  | { readonly kind: "none" }
  | {
      readonly kind: "cut";
      /** The file without the block. */
      readonly bytes: Buffer;
      /** Our lines as they stood, each with its line end. */
      readonly shown: string;
    }
  /** It cannot be decided which lines are ours. */
  | { readonly kind: "undecidable" };

/** Bytes, far beyond any marker line. */
const longestMarker = 1024;

/**
 * Takes the block out. A line of the user's inside it stays.
 *
 * @param bytes - the whole file
 * @param written - the lines of the block as they were last written, where that is known
 */
export function cutBlock(bytes: Buffer, written: string | undefined): Cut {
  const markers = findMarkersIn(bytes);
  const [begin, end] = markers;
  if (begin === undefined) return { kind: "none" };
  if (markers.length !== 2 || begin.kind !== "begin" || end?.kind !== "end") return { kind: "undecidable" };
  // The line before the block may have got its end from us, unless something follows the block.
  const from = begin.at < 2 ? 0 : bytes.lastIndexOf(lineFeed, begin.at - 2) + 1;
  const to = lineEnd(bytes, lineEnd(bytes, end.at));
  if (to - from > maxBytes) return { kind: "undecidable" };
  const text = bytes.toString("latin1", from, to);
  const rendering = renderHostsFile({ text, wanted: [], written });
  if (rendering.kind !== "changed") return { kind: "undecidable" };
  const rest = Buffer.from(rendering.text, "latin1");
  return {
    kind: "cut",
    bytes: Buffer.concat([bytes.subarray(0, from), rest, bytes.subarray(to)]),
    shown: rendering.shown,
  };
}

/** A marker in a file of any size; `at` is where its line begins. */
export type PlacedMarker = { readonly at: number } & Marker;

/** Finds every marker in a file of any size, in their order. */
export function findMarkersIn(bytes: Buffer): readonly PlacedMarker[] {
  return markerStarts.flatMap((start) => findLines(bytes, start)).toSorted((left, right) => left.at - right.at);
}

function findLines(bytes: Buffer, start: string): readonly PlacedMarker[] {
  const found: PlacedMarker[] = [];
  for (let at = bytes.indexOf(start); at !== -1; at = bytes.indexOf(start, at + start.length)) {
    if (at > 0 && bytes[at - 1] !== lineFeed) continue;
    const line = bytes.toString("latin1", at, Math.min(lineEnd(bytes, at), at + longestMarker));
    for (const marker of findMarkers(line)) found.push({ at, ...marker });
  }
  return found;
}

/** Where the line behind the one of this place begins. */
function lineEnd(bytes: Buffer, at: number): number {
  const end = bytes.indexOf(lineFeed, at);
  return end === -1 ? bytes.length : end + 1;
}
