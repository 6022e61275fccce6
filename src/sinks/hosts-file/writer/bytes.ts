/** Questions about bytes that come up in more than one place. Pure. */

/** Whether bytes begin with others. */
export function startsWith(bytes: Buffer, start: Buffer): boolean {
  return bytes.length >= start.length && bytes.subarray(0, start.length).equals(start);
}
