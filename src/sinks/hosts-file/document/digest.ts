/** A short digest by which the managed block recognises its own text. Pure, so it does not use node:crypto. */

/** What it makes of characters beyond ASCII does not matter: a text has one encoding. */
const encoder = new TextEncoder();

/**
 * Digests a text, to tell edits from what we wrote. It guards against accidents only: anyone who could forge it may
 * write the hosts file anyway. All lines are digested at every change, so four bytes are taken at once.
 *
 * @param text - characters 0 to 255 alone, as in bytes read as latin1
 * @returns 16 hexadecimal digits: two lanes of MurmurHash3_x86_32 (github.com/aappleby/smhasher) with a seed each,
 *   because 32 bits alone would overlook one edit in 4 billion
 */
export function digest(text: string): string {
  const bytes = encoder.encode(text);
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const whole = bytes.length & ~3;
  let left = 0x811c9dc5;
  let right = 0x2c1b3c6d;
  for (let at = 0; at < whole; at += 4) {
    const word = scatter(words.getInt32(at, true));
    left = mix(left ^ word);
    right = mix(right ^ word);
  }
  let rest = 0;
  for (let at = bytes.length - 1; at >= whole; at -= 1) rest = (rest << 8) | words.getUint8(at);
  const last = scatter(rest) ^ bytes.length;
  return hexadecimal(settle(left ^ last)) + hexadecimal(settle(right ^ last));
}

/**
 * Whether a digest is that of a text.
 *
 * @param known - made by {@link digest} or by version 0.1.0
 */
export function isDigestOf(known: string, text: string): boolean {
  return digest(text) === known || earlierDigest(text) === known;
}

function scatter(word: number): number {
  const product = Math.imul(word, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}

function mix(lane: number): number {
  return (Math.imul((lane << 13) | (lane >>> 19), 5) + 0xe6546b64) | 0;
}

function settle(lane: number): number {
  const first = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return second ^ (second >>> 16);
}

/** Two lanes after FNV-1a (draft-eastlake-fnv, section 2), the second with a multiplier of its own. */
function earlierDigest(text: string): string {
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
