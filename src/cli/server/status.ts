/** `hostsfile-server status`: what the running server shows, what it does not show and why. */
import { type ServerFlags, findStatus } from "../../client/server-client.ts";
import { printableJSON } from "../../base/printable.ts";
import { sortAttention } from "../../contract/attention.ts";
import { renderStatus } from "./status-text.ts";
import { terminalOf } from "../terminal.ts";

/**
 * Prints the status of the running server, once or live.
 *
 * @returns 0, or 1 when something needs attention; 0 when the watching is ended
 * @throws TroubleError when no server answers
 */
export async function showStatus(
  given: ServerFlags & { readonly json: boolean | undefined; readonly watch: boolean | undefined },
): Promise<number> {
  if (given.watch === true) return (await import("./status-watch.ts")).watchStatus(given);
  const status = await findStatus(given);
  const terminal = terminalOf(process.stdout);
  process.stdout.write(
    given.json ? `${printableJSON(status, 2)}\n` : renderStatus(status, { now: Date.now(), terminal }),
  );
  return sortAttention(status.attention).needed.length > 0 ? 1 : 0;
}
