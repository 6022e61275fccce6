/** Takes over from the service's settings file what may change while the server runs: who may call and what for, and the token. */
import { messageOf } from "../../base/errors.ts";
import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import type { ManagedDomain } from "../../records/managed-domain.ts";
import type { Network } from "../../records/network.ts";
import type { Log } from "../../base/log.ts";
import { type Trouble, TroubleError, adviceOf } from "../../base/trouble.ts";
import { renderCommand } from "../../base/shell.ts";
import { platform } from "../../platform/current.ts";
import { type ServeSettings, serveSettings } from "./serve-settings.ts";
import { type Sources, environmentName, readSettings } from "../setting.ts";

const program = "hostsfile-server";
const { services, commands } = platform;

/** What decides who may call, and what for. */
export interface Admission {
  readonly allow: readonly Network[] | undefined;
  /** The path of the file with the admin token. */
  readonly tokenFile: string | undefined;
  /** The domains in which watchers may have names. */
  readonly watchDomains: readonly ManagedDomain[] | undefined;
}

/** What the server was started with. */
export interface Started {
  readonly settings: ServeSettings;
  readonly sources: Sources<typeof serveSettings>;
  /** The port that the service manager holds. */
  readonly heldPort?: number | undefined;
}

/** What the settings say about who may call. */
export function admissionOf({ allow, tokenFile, watchDomains }: ServeSettings): Admission {
  return { allow, tokenFile, watchDomains };
}

const admissionKeys: ReadonlySet<string> = new Set<keyof Admission>(["allow", "tokenFile", "watchDomains"]);

/**
 * Reads the settings file again. What was given as a flag stays.
 *
 * @param file - path of the settings file
 * @param before - the rules for callers until now
 * @returns what decides from now on; `before` when something in the file is wrong, which is logged
 */
export function reload(file: string, options: Started & { readonly before: Admission; readonly log: Log }): Admission {
  const { log, before } = options;
  try {
    const settings = readAgain(file, options);
    const admission = admissionOf(settings);
    log.info({ code: "settings-reloaded" }, `Read ${file} again: who may call and the token are as it says.`);
    warnOfHeldPort(settings, options);
    const waiting = changedBeyondAdmission(options.settings, settings).filter(
      (name) => options.heldPort === undefined || !placeNames.has(name),
    );
    if (waiting.length > 0) {
      const fields = { code: "restart-needed", settings: waiting };
      log.warn(
        fields,
        `${waiting.join(", ")}: only a restart takes it over: ${renderCommand(services.commands.restart)}`,
      );
    }
    return admission;
  } catch (error) {
    const trouble = troubleOf(file, error);
    log.error({ code: trouble.code }, `Nothing was taken over from ${file}: ${trouble.message} ${adviceOf(trouble)}`);
    return before;
  }
}

/** The variables that say where to listen. */
const placeNames = new Set(
  [serveSettings.port, serveSettings.host].map((setting) => environmentName(setting, program)),
);

/**
 * Warns when the settings name another port than the one that the service manager holds, which is the one that counts.
 *
 * @param settings - as they are now
 */
export function warnOfHeldPort(
  settings: Pick<ServeSettings, "port">,
  { heldPort, log }: Pick<Started, "heldPort"> & { readonly log: Log },
): void {
  if (heldPort === undefined || settings.port === undefined || settings.port === heldPort) return;
  const change = services.commands.changePlace.map((words) => commands.asRoot(renderCommand(words))).join(", then ");
  log.warn(
    { code: "port-held-by-socket" },
    `Port ${settings.port} is named, but ${services.portHolder} holds port ${heldPort}. To change it: ${change}`,
  );
}

function readAgain(file: string, { settings, sources }: Started): ServeSettings {
  const environment = parseEnv(readFileSync(file, "utf8"));
  const { given } = readSettings(serveSettings, { program, flags: {}, words: [], environment });
  const flags = Object.entries(settings).filter(([key]) => isFlag(sources, key));
  return { ...given, ...Object.fromEntries(flags) };
}

function isFlag(sources: Started["sources"], key: string): boolean {
  return Object.entries(sources).some(([name, source]) => name === key && source?.startsWith("--") === true);
}

/** The environment variables whose value is another than at the start and that a running server cannot take over. */
function changedBeyondAdmission(before: ServeSettings, now: ServeSettings): string[] {
  const texts = [before, now].map(
    (settings) => new Map(Object.entries(settings).map(([key, value]) => [key, JSON.stringify(value)])),
  );
  return Object.entries(serveSettings)
    .filter(([key]) => !admissionKeys.has(key) && texts[0]?.get(key) !== texts[1]?.get(key))
    .map(([, setting]) => environmentName(setting, program));
}

function troubleOf(file: string, error: unknown): Trouble {
  if (error instanceof TroubleError) return error;
  const message = messageOf(error);
  return {
    code: "settings-unreadable",
    message,
    hint: `Repair ${file}, then run:`,
    command: commands.asRoot(renderCommand(services.commands.reload)),
  };
}
