/** `dtk config init` and `dtk config show`: writes a new config.yaml, and shows each value with its origin. */
import { type EntryKey, entries, entryKeys, pathText } from "../../dtk/configuration/entry.ts";
import { loadConfiguration, writeNewFile } from "../../dtk/configuration/load.ts";
import { defaultConfigurationPath } from "../../dtk/configuration/path.ts";
import { type Configuration, renderOrigin } from "../../dtk/configuration/resolve.ts";
import { printableJSON } from "../../base/printable.ts";
import { givenValues } from "./given.ts";
import type { valueSettings } from "./settings.ts";
import type { Given, Sources } from "../setting.ts";

/**
 * Writes a new config.yaml. An existing one stays as it is.
 *
 * @returns the exit code
 * @throws TroubleError when it cannot be written
 */
export async function initConfiguration(given: {
  readonly config: string | undefined;
  readonly quiet: boolean | undefined;
}): Promise<number> {
  const path = given.config ?? defaultConfigurationPath;
  const isNew = writeNewFile(path);
  if (given.quiet) return 0;
  const flag = given.config === undefined ? "" : ` --config=${path}`;
  process.stdout.write(
    isNew
      ? `${path} is written. Change dns.domain to your domains, and see what holds: dtk config show${flag}\n`
      : `${path} is already there and stays as it is. See what holds: dtk config show${flag}\n`,
  );
  return 0;
}

/**
 * Prints each value and where it came from. A token's file is named, never read.
 *
 * @returns the exit code
 * @throws TroubleError when the configuration is missing or wrong
 */
export async function showConfiguration(
  given: Given<typeof valueSettings> & { readonly config: string | undefined; readonly json: boolean | undefined },
  sources: Sources<typeof valueSettings>,
): Promise<number> {
  const configuration = loadConfiguration({ path: given.config, given: givenValues(given, sources) });
  process.stdout.write(given.json ? renderJSON(configuration) : renderText(configuration));
  return 0;
}

function renderJSON({ path, addons, ...values }: Configuration): string {
  const shown = entryKeys.map((key) => ({
    key: pathText(entries[key].path),
    value: values[key].value ?? null,
    origin: renderOrigin(values[key].origin),
  }));
  return `${printableJSON({ path, values: shown, addons }, 2)}\n`;
}

function renderText(configuration: Configuration): string {
  const rows = entryKeys.map((key) => [
    pathText(entries[key].path),
    renderOrigin(configuration[key].origin),
    valueText(configuration, key),
  ]);
  const enabled = configuration.addons.flatMap(({ name, isEnabled }) => (isEnabled ? name : []));
  return `${alignColumns(rows)}\nEnabled add-ons: ${enabled.join(", ") || "none"}\n`;
}

function valueText(configuration: Configuration, key: EntryKey): string {
  const { value } = configuration[key];
  return value === undefined ? `(${entries[key].whenAbsent})` : [value].flat().join(",");
}

function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}\n`).join("");
}
