/** What the settings of the installed service say, for every command that looks for it. */
import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { parsePort } from "../base/text-schema.ts";
import { platform } from "./current.ts";

export const defaultPort = 5000;

/** The variables of a settings file. An empty one counts as none, as it does for the service. */
type Variables = Readonly<NodeJS.Dict<string>>;

/** The port of the installed service, if its settings can be read, else the default. */
export function installedPort({ HOSTSFILE_SERVER_PORT: text = "" }: Variables = installedSettings()): number {
  return parsePort(text, 1) ?? defaultPort;
}

/** The address of the installed service, when it was given one of its own. */
export function installedHost({ HOSTSFILE_SERVER_HOST: host }: Variables = installedSettings()): string {
  return !host || host === "::" || host === "0.0.0.0" ? "localhost" : host;
}

/** The token file that the installed service was given. */
export function tokenFileOfService(
  { HOSTSFILE_SERVER_TOKEN_FILE: path }: Variables = installedSettings(),
): string | undefined {
  return path || undefined;
}

function installedSettings(): Variables {
  try {
    return parseEnv(readFileSync(platform.places.settingsFile, "utf8"));
  } catch {
    return {};
  }
}
