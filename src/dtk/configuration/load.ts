/** config.yaml on disk: loads it, or makes a new one and never touches one that is there. */
import { readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { TroubleError } from "../../base/trouble.ts";
import { renderNewFile } from "./new-file.ts";
import { defaultConfigurationPath } from "./path.ts";
import { readConfiguration } from "./read.ts";
import { type Configuration, type GivenValues, resolveConfiguration } from "./resolve.ts";
import { errorCode, messageOf } from "../../base/errors.ts";

/**
 * Loads the configuration.
 *
 * @param options - the file as the user named it, and what was given beside it
 * @throws TroubleError `configuration-missing` or `configuration-wrong` (exit 2), `configuration-unreadable` (exit 3)
 */
export function loadConfiguration(options: {
  readonly path: string | undefined;
  readonly given: GivenValues;
  /** Whether a missing `dns.domain` is an error; it is unless told otherwise. */
  readonly isDomainNeeded?: boolean;
}): Configuration {
  const path = options.path ?? defaultConfigurationPath;
  const file = readConfiguration({ path, text: readText(path) }, options);
  return resolveConfiguration({ file, given: options.given, home: homedir() });
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") throw missing(path);
    throw unusable(path, "read", error);
  }
}

/**
 * Writes a new file with every value explained.
 *
 * @returns whether it was written; false when one was there, which stays as it is
 * @throws TroubleError `configuration-unwritable` (exit 3)
 */
export function writeNewFile(path: string): boolean {
  try {
    writeFileSync(path, renderNewFile(), { flag: "wx" });
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw unusable(path, "written", error);
  }
}

function missing(path: string): TroubleError {
  const message = `There is no ${path} here.`;
  const hint = "Name yours with --config, or make one:";
  const command = `dtk config init${path === defaultConfigurationPath ? "" : ` --config=${path}`}`;
  return new TroubleError({ code: "configuration-missing", message, hint, command }, { exitCode: 2 });
}

function unusable(path: string, what: "read" | "written", cause: unknown): TroubleError {
  const message = `${path} cannot be ${what}: ${messageOf(cause)}.`;
  const hint = "Correct its permissions, or name another file with --config.";
  const isRead = what === "read";
  const trouble = { code: isRead ? "configuration-unreadable" : "configuration-unwritable", message, hint };
  return new TroubleError(trouble, { exitCode: 3, cause });
}
