/** Reads lines of JSON from a team server, which may be anybody: no line, no list and no silence is longer than agreed. */
import { StringDecoder } from "node:string_decoder";
import { parseJSON } from "../../../base/json.ts";
import { type FollowLine, lineMost, lineSchema } from "../../../contract/follow.ts";

/** What is wrong with what came. */
export class NotLinesError extends Error {
  override readonly name = "NotLinesError";
}

/**
 * Reads the lines of a stream until it ends.
 *
 * @param most - bytes of all lines together
 * @throws NotLinesError for what is not lines, or is more than agreed; whatever the stream throws
 */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<FollowLine, void> {
  const decoder = new StringDecoder("utf8");
  let [rest, bytes] = ["", 0];
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > most) throw new NotLinesError("it sends more than the names that were agreed to can need");
    const [first = "", ...others] = decoder.write(chunk).split("\n");
    const lines = [rest + first, ...others];
    rest = lines.pop() ?? "";
    for (const line of lines) yield readLine(line);
    if (rest.length > lineMost) throw new NotLinesError("a line of it has no end");
  }
}

function readLine(text: string): FollowLine {
  const line = text.length > lineMost ? undefined : lineSchema.safeParse(parseJSON(text)).data;
  if (line === undefined) throw new NotLinesError("a line of it is not what a team server sends");
  return line;
}
