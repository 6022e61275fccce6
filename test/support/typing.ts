/** A person at a terminal, for commands that ask before they do something. */
import { PassThrough } from "node:stream";
import { vi } from "vitest";

/**
 * Puts a terminal in the place of the input and of the talk, at which somebody types this line. `vi.restoreAllMocks` takes
 * it away again.
 *
 * @returns what was asked
 */
export function typing(line: string): { readonly asked: () => string } {
  const [input, talk] = [new PassThrough(), new PassThrough()];
  vi.spyOn(process, "stdin", "get").mockReturnValue(Object.assign(input, { isTTY: true }) as never);
  vi.spyOn(process, "stderr", "get").mockReturnValue(Object.assign(talk, { isTTY: true }) as never);
  let asked = "";
  talk.setEncoding("utf8").on("data", (text: string) => (asked += text));
  input.write(`${line}\n`);
  return { asked: () => asked };
}
