/** A short digest by which the managed block recognises its own text again; pure, so no node:crypto. */

/**
 * Digests a text, to tell edits from what we wrote. It guards against accidents only: whoever could forge it may write
 * the hosts file anyway.
 *
 * @param text - characters 0 to 255 alone, as in bytes read as latin1
 * @returns 16 hexadecimal digits: two 32-bit lanes after FNV-1a (draft-eastlake-fnv, section 2), the second with a
 *   multiplier of its own, because 32 bits alone would overlook one edit in 4 billion
 */
export function digest(text: string): string {
  let left = 0x811c9dc5;
  let right = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    const octet = text.charCodeAt(index);
    left = Math.imul(left ^ octet, 0x01000193);
    right = Math.imul(right ^ octet, 0x2c1b3c6d);
  }
  return hexadecimal(left) + hexadecimal(right);
}

function hexadecimal(lane: number): string {
  return (lane >>> 0).toString(16).padStart(8, "0");
}
