/** Cuts a stream of bytes into lines: a watch sends one JSON text a line, and neither lines nor characters end where chunks do. */
import { lineFeed } from "../../base/bytes.ts";

/** Bytes. An object in etcd has at most 1.5 MiB, and JSON may be some times that. */
const longestLine = 32 * 1024 * 1024;

/**
 * Reads the lines, without their ends and without empty ones. A last line without an end was cut off, so it is left out.
 *
 * @throws Error for a line that is too long, and whatever the stream throws
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>, limit = longestLine): AsyncGenerator<string> {
  let begun: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, from)) {
      const rest = chunk.subarray(from, end);
      const line = begun.length === 0 ? rest : Buffer.concat([...begun, rest]);
      [begun, size, from] = [[], 0, end + 1];
      if (line.length > 0) yield Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString("utf8");
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
    size += chunk.length - from;
    if (size > limit) throw new Error(`a line is longer than ${limit} bytes`);
  }
}
