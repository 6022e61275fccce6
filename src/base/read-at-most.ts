/** Reads a body of somebody who may send one without end. */

/**
 * Reads text up to a length.
 *
 * @param most - bytes
 * @returns undefined for what is longer
 */
export async function readAtMost(chunks: AsyncIterable<Buffer>, most: number): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > most) return undefined;
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString();
}
