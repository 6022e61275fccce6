/** What `install` makes of its flags, of what is installed and of a predecessor: where the server listens, and variables of the settings file. */
import { defaultPort } from "../../platform/installed.ts";
import { platform } from "../../platform/current.ts";
import type { ListenPlace } from "../../platform/service-manager.ts";
import { formatNetwork } from "../../records/network.ts";
import { type Present, variablesOf } from "../../service/installation.ts";
import type { Variables } from "../../service/settings-text.ts";
import { type Given, type Setting, environmentName } from "../setting.ts";
import { installSettings } from "./install-settings.ts";

type Wishes = Partial<Given<typeof installSettings>>;

type Found = Pick<Present, "settings" | "predecessor">;

/**
 * What a settings file says of a setting. A value that cannot be read counts for nothing here: the service itself refuses
 * it.
 */
export function installedValue<Value>(setting: Setting<Value>, installed: Variables): Value | undefined {
  return read(setting, installed[environmentName(setting, "hostsfile-server")]);
}

/** An empty text is nothing, as in the environment. */
function read<Value>({ schema }: Setting<Value>, text: string | undefined): Value | undefined {
  return text === undefined || text === "" ? undefined : schema.safeParse([text]).data;
}

/** Whether the service that is there holds this port: a predecessor gives its port to us when it ends. */
export function holdsPort(
  { isListening, pid, ...found }: Found & Pick<Present, "isListening" | "pid">,
  port: number,
): boolean {
  return port === portOf(found) && (found.predecessor === undefined ? isListening : pid !== undefined);
}

/** Where it listens: a flag wins over what the predecessor has, that over what is installed, that over defaults. */
export function listenPlace(given: Pick<Wishes, "host" | "port">, found: Found): ListenPlace {
  const host = given.host ?? installedValue(installSettings.host, variablesOf(found.settings));
  return { host, port: given.port ?? portOf(found) };
}

function portOf({ settings, predecessor }: Found): number {
  const { port } = installSettings;
  // With a predecessor the installed settings are a package's, and were never in use.
  const known = predecessor === undefined ? installedValue(port, variablesOf(settings)) : read(port, predecessor.port);
  return known ?? defaultPort;
}

/** Where the token is. Clients that the predecessor served without a token would be shut out by one. */
export function tokenFileOf(
  { withoutToken }: Pick<Wishes, "withoutToken">,
  { settings, predecessor }: Found,
): string | undefined {
  if (withoutToken === true || predecessor !== undefined) return undefined;
  if (settings === undefined) return platform.places.tokenFile;
  return variablesOf(settings)["HOSTSFILE_SERVER_TOKEN_FILE"] || undefined;
}

/** Variables of the settings file; those that are undefined are taken out of it. */
export function plannedVariables(
  given: Pick<Wishes, "allow" | "watchDomains">,
  known: Pick<Found, "predecessor"> & { readonly listen: ListenPlace; readonly tokenFile: string | undefined },
): Variables {
  const { listen, tokenFile, predecessor } = known;
  return {
    HOSTSFILE_SERVER_PORT: String(listen.port),
    ...(listen.host !== undefined && { HOSTSFILE_SERVER_HOST: listen.host }),
    HOSTSFILE_SERVER_TOKEN_FILE: tokenFile,
    ...(predecessor?.debug && { HOSTSFILE_SERVER_DEBUG: predecessor.debug }),
    ...(predecessor?.["dry-run"] && { HOSTSFILE_SERVER_DRY_RUN: predecessor["dry-run"] }),
    ...(given.allow && { HOSTSFILE_SERVER_ALLOW: given.allow.map(formatNetwork).join(",") }),
    ...(given.watchDomains && { HOSTSFILE_SERVER_WATCH_DOMAINS: given.watchDomains.join(",") }),
  };
}
