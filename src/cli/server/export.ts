/** `hostsfile-server export`: prints the names that the running server shows, for other programs. */
import { namesSchema } from "../../contract/names.ts";
import { type ExportFormat, renderExport } from "./export-text.ts";
import { type ServerFlags, askForSurely, askTextSurely } from "../../client/server-client.ts";
import { paths } from "../../contract/paths.ts";

/**
 * Prints the names.
 *
 * @returns 0
 * @throws TroubleError when no server answers (exit 3)
 */
export async function exportNames(given: ServerFlags & { readonly format: ExportFormat | undefined }): Promise<number> {
  process.stdout.write(await textOf(given, given.format ?? "hosts"));
  return 0;
}

/** Zones hold more than names, so the server writes them. */
async function textOf(given: ServerFlags, format: ExportFormat): Promise<string> {
  if (format === "zone") return askTextSurely(given, { method: "GET", path: paths.zones });
  return renderExport(await askForSurely(given, { method: "GET", path: paths.names, shape: namesSchema }), format);
}
