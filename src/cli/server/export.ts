/** `hostsfile-server export`: prints the names that the running server shows, for other programs. */
import { namesSchema } from "../../contract/names.ts";
import { type ExportFormat, renderExport } from "./export-text.ts";
import { type ServerFlags, askForSurely } from "../../client/server-client.ts";
import { paths } from "../../contract/paths.ts";

/**
 * Prints the names.
 *
 * @returns 0
 * @throws TroubleError when no server answers (exit 3)
 */
export async function exportNames(given: ServerFlags & { readonly format: ExportFormat | undefined }): Promise<number> {
  const names = await askForSurely(given, { method: "GET", path: paths.names, shape: namesSchema });
  process.stdout.write(renderExport(names, given.format ?? "hosts"));
  return 0;
}
