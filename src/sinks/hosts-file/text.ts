/** A hosts file as a text, as far as there are texts so long. */
import { constants } from "node:buffer";
import { shownLimits } from "../../records/limits.ts";
import { tooLargeTrouble } from "./hosts-file-trouble.ts";
import { TroubleError } from "../../base/trouble.ts";

/** Bytes of a file that can become a text and still get our lines: V8 ends at 512 MiB, and the markers want a little. */
export const maxBytes = constants.MAX_STRING_LENGTH - shownLimits.bytes - 4096;

/**
 * Reads bytes as latin1, which maps every byte to one character.
 *
 * @param path - of the file, for the error
 * @throws TroubleError `hosts-file-too-large`
 */
export function toText(path: string, bytes: Buffer): string {
  if (bytes.length > maxBytes) throw new TroubleError(tooLargeTrouble(path, bytes.length));
  return bytes.toString("latin1");
}
