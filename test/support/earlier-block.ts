/** Blocks of many lines, as an earlier version without limits wrote them. */
import { digest } from "../../src/sinks/hosts-file/document/digest.ts";
import { endMarker, renderBegin } from "../../src/sinks/hosts-file/document/marker.ts";

/** A block of lines as we write it. */
export function block(body: string, endedLine?: string): string {
  return `${renderBegin({ body: digest(body), endedLine })}\n${body}${endMarker}\n`;
}

/** The lines of one name with so many addresses, 266 bytes each, as an earlier version wrote them. */
export function manyLines(count: number): string {
  const name = `${"n".repeat(63)}.`.repeat(3) + `${"n".repeat(50)}.io`;
  const lines = Array.from(
    { length: count },
    (_, index) => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255} ${name}\n`,
  );
  return lines.join("");
}
