/** What is asked of bytes in more than one place; pure. */

/** Whether bytes begin with others. */
export function startsWith(bytes: Buffer, start: Buffer): boolean {
  return bytes.length >= start.length && bytes.subarray(0, start.length).equals(start);
}
