/** `hostsfile-server status`: what the running server shows, what it does not show and why. */
import { type ServerPlace, askStatus, noServer } from "./server-client.ts";
import { renderStatus } from "./status-text.ts";

/**
 * Prints the status of the running server.
 *
 * @returns 0, or 1 when something needs attention
 * @throws TroubleError when no server answers
 */
export async function showStatus(given: ServerPlace & { readonly json: boolean | undefined }): Promise<number> {
  const status = await askStatus(given);
  if (status === undefined) throw noServer(given);
  process.stdout.write(given.json ? `${JSON.stringify(status, undefined, 2)}\n` : renderStatus(status, Date.now()));
  return status.attention.length > 0 ? 1 : 0;
}
