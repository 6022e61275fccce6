/** Reads the managed block in a hosts file, for the checks that compare it with what should be there. Pure. */
import { isDigestOf } from "../../sinks/hosts-file/document/digest.ts";
import { findMarkers } from "../../sinks/hosts-file/document/marker.ts";

export type Block =
  | { readonly kind: "none" }
  /** `isAsWritten` when the begin marker vouches for the lines. */
  | {
      readonly kind: "whole";
      readonly isAsWritten: boolean;
      readonly lines: readonly string[];
      readonly firstLine: number;
    }
  /** Numbers of the marker lines. */
  | { readonly kind: "damaged"; readonly markers: readonly number[] };

/**
 * Reads the block.
 *
 * @param text - the whole file, bytes read as latin1
 */
export function readBlock(text: string): Block {
  const markers = findMarkers(text);
  const [begin, end] = markers;
  if (begin === undefined) return { kind: "none" };
  const lineOf = (offset: number): number => text.slice(0, offset).split("\n").length;
  if (markers.length !== 2 || begin.kind !== "begin" || end?.kind !== "end") {
    return { kind: "damaged", markers: markers.map(({ start }) => lineOf(start)) };
  }
  const body = text.slice(begin.end, end.start).replaceAll("\r\n", "\n");
  return {
    kind: "whole",
    isAsWritten: isDigestOf(begin.body, body),
    lines: body === "" ? [] : body.replace(/\n$/, "").split("\n"),
    firstLine: lineOf(begin.end),
  };
}

/** The addresses that the block's lines give to a name. */
export function addressesIn(block: Block, name: string): readonly string[] {
  if (block.kind !== "whole") return [];
  return block.lines.filter((line) => line.endsWith(` ${name}`)).map((line) => line.slice(0, line.indexOf(" ")));
}

/** The names of the block's lines, each once. */
export function namesIn(block: Block): readonly string[] {
  if (block.kind !== "whole") return [];
  return [...new Set(block.lines.map((line) => line.slice(line.indexOf(" ") + 1)))];
}
