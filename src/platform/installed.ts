/** What the settings of the installed service say, for every command that looks for it. */
import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { platform } from "./current.ts";

export const defaultPort = 5000;

/** The port of the installed service, if its settings can be read, else the default. */
export function installedPort(): number {
  return Number(installedSettings()["HOSTSFILE_SERVER_PORT"] ?? defaultPort);
}

/** The address of the installed service, when it was given one of its own. */
export function installedHost(): string {
  const { HOSTSFILE_SERVER_HOST: host = "localhost" } = installedSettings();
  return host === "::" || host === "0.0.0.0" ? "localhost" : host;
}

/** The token file that the installed service was given. */
export function tokenFileOfService(): string | undefined {
  return installedSettings()["HOSTSFILE_SERVER_TOKEN_FILE"];
}

function installedSettings(): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(platform.places.settingsFile, "utf8"));
  } catch {
    return {};
  }
}
