/** `hostsfile-server open`: opens the page in the user's browser. Where a token is set, the link works once. */
import * as z from "zod/mini";
import { startProgram } from "../../base/process.ts";
import { type ServerFlags, askFor, noServerAt, serverAddress } from "../../client/server-client.ts";
import { isMacOS } from "../../platform/current.ts";
import { isRoot } from "../../platform/user.ts";
import { paths } from "../../contract/paths.ts";

const linkShape = z.object({ path: z.string().check(z.regex(/^\/[\w/-]*$/)), seconds: z.optional(z.number()) });

/**
 * Asks the server for a link, prints it, and opens it where there is a desktop.
 *
 * @returns the exit code
 * @throws TroubleError when no server answers, or it requires a token
 */
export async function openPage(given: ServerFlags & { readonly print: boolean | undefined }): Promise<number> {
  const link = await askFor(given, { method: "POST", path: paths.openPage, shape: linkShape });
  if (link === undefined) throw noServerAt(given);
  const { path, seconds } = link;
  const url = serverAddress(given) + path;
  process.stdout.write(`${url}\n`);
  if (seconds !== undefined) say(`The link works once, within ${seconds} seconds.`);
  if (given.print === true) return 0;
  say(await openInBrowser(url));
  return 0;
}

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

async function openInBrowser(url: string): Promise<string> {
  // A browser should not run as root, and most refuse to.
  if (isRoot()) return "Open it in your browser. No browser is started as root.";
  const { DISPLAY: x11, WAYLAND_DISPLAY: wayland } = process.env;
  const isDesktop = isMacOS() || Boolean(x11) || Boolean(wayland);
  if (!isDesktop) return "Open it in your browser. There is no desktop session to start one in.";
  const opener = isMacOS() ? "open" : "xdg-open";
  const isStarted = await startProgram(opener, [url]);
  return isStarted ? "Opened in your browser." : `Open it in your browser. There is no ${opener} to do it.`;
}
