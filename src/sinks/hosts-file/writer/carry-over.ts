/** Keeps what another process appended while the file was being written, and puts it behind the new content. Pure. */
import { lineFeed } from "../../../base/bytes.ts";

/**
 * Appends bytes as `>>` would have, on a line of their own.
 *
 * @param bytes - the file's new content
 * @param appended - what the other process added to the old content
 */
export function carryOver(bytes: Buffer, appended: Buffer): Buffer {
  if (appended.length === 0) return bytes;
  const ended = bytes.length === 0 || bytes.at(-1) === lineFeed;
  return Buffer.concat(ended ? [bytes, appended] : [bytes, Buffer.from("\n"), appended]);
}
