/** The one block in a Corefile that is ours, between two marker lines. Everything else is the user's and keeps every byte. */
import { createHash } from "node:crypto";

/** What of a text is ours. */
export type MarkedBlock =
  | { readonly kind: "none" }
  /** `start` and `end` are offsets, `end` lies behind the line end. */
  | { readonly kind: "whole"; readonly start: number; readonly end: number; readonly body: string }
  /** It cannot be told what we wrote; the line is counted from 1. */
  | { readonly kind: "damaged"; readonly line: number; readonly why: string };

const beginPattern = /^# BEGIN hostsfile-server (?:\(.*\) )?lines=([0-9a-f]{16})$/;
const beginStart = "# BEGIN hostsfile-server";
const endLine = "# END hostsfile-server";

interface MarkerLine {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Finds the block. */
export function findBlock(text: string): MarkedBlock {
  const markers = markerLines(text);
  const [begin, end, third] = markers;
  if (begin === undefined) return { kind: "none" };
  const damaged = (why: string, line = begin.line): MarkedBlock => ({ kind: "damaged", line, why });
  if (!begin.text.startsWith(beginStart)) return damaged("an end without a begin");
  if (end === undefined || end.text !== endLine) return damaged("a begin without an end");
  if (third !== undefined) return damaged("more than one", third.line);
  const body = text.slice(begin.end, end.start);
  if (beginPattern.exec(begin.text)?.[1] !== digestOf(body)) return damaged("not as dtk wrote it");
  return { kind: "whole", start: begin.start, end: end.end, body };
}

/**
 * Puts the block into a text: in its place if it is there, else at the beginning, where it needs no line end of the user's.
 *
 * @param block - what {@link findBlock} says of the text
 * @param body - whole lines; undefined takes the block away
 */
export function putBlock(
  text: string,
  block: Exclude<MarkedBlock, { kind: "damaged" }>,
  body: string | undefined,
): string {
  const { start, end } = block.kind === "none" ? { start: 0, end: 0 } : block;
  return text.slice(0, start) + (body === undefined ? "" : render(body)) + text.slice(end);
}

function render(body: string): string {
  return `${beginStart} (written by dtk, which takes it away again) lines=${digestOf(body)}\n${body}${endLine}\n`;
}

function markerLines(text: string): readonly MarkerLine[] {
  return [...text.matchAll(/^[^\n]*(?:\n|$)/gm)].flatMap(({ 0: whole, index }, position) => {
    const line = whole.replace(/\n$/, "");
    const isMarker = line.startsWith(beginStart) || line.startsWith(endLine);
    return isMarker ? [{ line: position + 1, start: index, end: index + whole.length, text: line }] : [];
  });
}

function digestOf(body: string): string {
  return createHash("sha256").update(body).digest("hex").slice(0, 16);
}
