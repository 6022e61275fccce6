/** `hostsfile-server install`: makes the server a service that runs from boot. */
import { setTimeout as sleep } from "node:timers/promises";
import { formatNetwork } from "../control/network.ts";
import { formatClusterIPChoice } from "../records/cluster.ts";
import { sendRequest } from "../request.ts";
import {
  type InstallationPlan,
  type Present,
  applyInstallation,
  changesOf,
  lookAtPresent,
  planInstallation,
  predecessorCopy,
  variablesOf,
} from "../service/installation.ts";
import { findInstaller } from "../service/installer.ts";
import type { Item } from "../service/item.ts";
import { findObstacles } from "../service/obstacles.ts";
import { installedTokenFile, isPackaged, programFolder, serviceUnitName, settingsFile } from "../service/places.ts";
import { programToInstall } from "../service/program.ts";
import { TroubleError } from "../trouble.ts";
import { confirm } from "./confirm.ts";
import { defaultHostsFile, defaultPort, readAdminToken } from "./environment.ts";
import type { Given } from "./setting.ts";
import type { installSettings } from "./install-settings.ts";
import { requireRoot } from "./require-root.ts";
import { askStatus } from "./server-client.ts";
import { renderStatus } from "./status-text.ts";
import { terminalOf } from "./terminal.ts";

type InstallGiven = Given<typeof installSettings>;

/**
 * Installs, or brings an installation in step with this program and the given flags.
 *
 * @returns 0, or 1 when the user said no
 * @throws TroubleError with everything that hinders (exit 3)
 */
export async function install(given: InstallGiven): Promise<number> {
  requireRoot("install");
  const present = await lookAtPresent();
  const listen = listenPlace(given, present);
  const hasToken = wantsToken(given, present);
  const isPortOurs = present.predecessor !== undefined || (present.isListening && listen.port === portOf(present));
  if (isPackaged(process.execPath) && (given.port ?? given.host) !== undefined) throw unitsArePackaged();
  await refuseObstacles({ listen, isPortOurs, hostsFile: defaultHostsFile });
  const plan = await planInstallation(present, {
    program: programToInstall({ executable: process.execPath, bundle: import.meta.dirname }),
    variables: variables(given, { listen, hasToken }),
    listen,
    token: hasToken ? await findInstaller(process.env) : undefined,
  });
  const say = (text: string): void => {
    if (given.quiet !== true && given.json !== true) process.stdout.write(text);
  };
  say(describePlan(plan));
  if (given.dryRun === true) {
    say(contents(plan));
    return 0;
  }
  if (changesOf(plan).length > 0 && !(await confirm("This is done as root.", given.yes))) return 1;
  await applyInstallation(plan);
  await waitUntilReady(listen);
  await tellOnce(given, plan, listen);
  const place = { host: undefined, port: listen.port, tokenFile: undefined };
  const status = await askStatus(place);
  if (given.json === true)
    process.stdout.write(`${JSON.stringify({ changed: changesOf(plan).map(({ path }) => path) })}\n`);
  if (status !== undefined) say(`\n${renderStatus(status, { now: Date.now(), terminal: terminalOf(process.stdout) })}`);
  say(nextStep(hasToken));
  return 0;
}

/** A flag wins over what is installed, that over what the predecessor had, that over defaults. */
function listenPlace(
  given: InstallGiven,
  present: Present,
): { readonly host: string | undefined; readonly port: number } {
  const { HOSTSFILE_SERVER_HOST: host } = variablesOf(present.settings);
  return { host: given.host ?? host, port: given.port ?? portOf(present) };
}

function portOf({ settings, predecessor }: Present): number {
  const { HOSTSFILE_SERVER_PORT: installed } = variablesOf(settings);
  return Number(installed ?? predecessor?.port ?? defaultPort);
}

/** Whoever was served without a token by the predecessor would be shut out by one. */
function wantsToken(given: InstallGiven, { settings, predecessor }: Present): boolean {
  if (given.withoutToken === true) return false;
  if (settings !== undefined) return variablesOf(settings)["HOSTSFILE_SERVER_TOKEN_FILE"] !== undefined;
  return predecessor === undefined;
}

function unitsArePackaged(): TroubleError {
  const message = "Port and address stand in the unit of the package.";
  const hint =
    "Change them there: sudo systemctl edit hostsfile-server.socket (ListenStream= and then ListenStream=5001)";
  return new TroubleError({ code: "installed-as-package", message, hint }, { exitCode: 3 });
}

function variables(
  given: InstallGiven,
  { listen, hasToken }: { readonly listen: ReturnType<typeof listenPlace>; readonly hasToken: boolean },
) {
  return {
    HOSTSFILE_SERVER_PORT: String(listen.port),
    ...(listen.host !== undefined && { HOSTSFILE_SERVER_HOST: listen.host }),
    HOSTSFILE_SERVER_TOKEN_FILE: hasToken ? installedTokenFile : undefined,
    ...(given.allow && { HOSTSFILE_SERVER_ALLOW: given.allow.map(formatNetwork).join(",") }),
  };
}

async function refuseObstacles(options: Parameters<typeof findObstacles>[0]): Promise<void> {
  const obstacles = await findObstacles(options);
  const [first] = obstacles;
  if (first === undefined) return;
  const message = obstacles.map((obstacle) => obstacle.message).join("\n  ");
  const hint = obstacles.map((obstacle) => obstacle.hint).join("\n  ");
  throw new TroubleError({ code: first.code, message, hint }, { exitCode: 3 });
}

function describePlan(plan: InstallationPlan): string {
  const changes = changesOf(plan);
  if (changes.length === 0) return "Everything is installed as it should be; nothing was changed.\n";
  const isProgram = ({ path }: Item): boolean => path.startsWith(`${programFolder}/`);
  const program = changes.filter(isProgram);
  const verb = (item: Item): string =>
    plan.items.find((entry) => entry.item === item)?.state === "missing" ? "write  " : "replace";
  return [
    ...(plan.predecessor === undefined
      ? []
      : [`take the place of the Python hostsfile-server.service; its unit is kept as ${predecessorCopy}`]),
    ...(program.length === 0 ? [] : [`copy    the program to ${programFolder} (${program.length} files)`]),
    ...changes.filter((item) => !isProgram(item)).map((item) => `${verb(item)} ${describeItem(item)}`),
    `enable  ${serviceUnitName} and start it`,
    "",
  ].join("\n");
}

function describeItem(item: Item): string {
  switch (item.kind) {
    case "folder":
      return `${item.path}/`;
    case "link":
      return `${item.path} -> ${item.target}`;
    case "file":
      return `${item.path} (mode ${item.mode.toString(8)})`;
  }
}

/** The text of each file, but for the program's and the token. */
function contents(plan: InstallationPlan): string {
  return changesOf(plan)
    .flatMap((item) =>
      item.kind === "file" && typeof item.content === "string" && item.path !== installedTokenFile
        ? [`\n${item.path}:\n${item.content.replaceAll(/^(?=.)/gm, "  ")}`]
        : [],
    )
    .join("");
}

/** Tries, one a quarter second, so that it takes at most half a minute. */
const mostTries = 120;

/** The socket takes the connection at once; the answer comes when the server has started. */
async function waitUntilReady({ host, port }: ReturnType<typeof listenPlace>): Promise<void> {
  let last = "no answer";
  for (let tries = 0; tries < mostTries; tries += 1) {
    try {
      const { status, text } = await sendRequest({ host: host ?? "localhost", port, method: "GET", path: "/readyz" });
      if (status === 200) return;
      last = `${status} ${text}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await sleep(250);
  }
  const message = `The service runs but is not ready: ${last.slice(0, 300)}.`;
  const hint = "See why: hostsfile-server status; journalctl --unit hostsfile-server.service";
  throw new TroubleError({ code: "service-not-ready", message, hint }, { exitCode: 1 });
}

/** Cluster IP and domains are told once and kept by the server, so that no restart undoes what dtk sets later. */
async function tellOnce(
  given: InstallGiven,
  { predecessor }: InstallationPlan,
  { host, port }: ReturnType<typeof listenPlace>,
): Promise<void> {
  const told = {
    clusterip: (given.clusterIP && formatClusterIPChoice(given.clusterIP)) ?? predecessor?.["cluster-ip"],
    domains: given.domains?.join(",") ?? predecessor?.domains,
    targets: given.targets,
  };
  const token = variablesOf((await lookAtPresent()).settings)["HOSTSFILE_SERVER_TOKEN_FILE"];
  const headers = token === undefined ? {} : { authorization: `Bearer ${readAdminToken(token)}` };
  for (const [name, body] of Object.entries(told)) {
    if (body === undefined) continue;
    const place = { host: host ?? "localhost", port, method: "POST", path: `/${name}`, headers, body } as const;
    const { status, text } = await sendRequest(place);
    if (status === 200) continue;
    const message = `The server did not take ${name} ${body}: ${text.trim()}.`;
    throw new TroubleError(
      { code: "server-refused", message, hint: "Give another value and run this again." },
      { exitCode: 1 },
    );
  }
}

function nextStep(hasToken: boolean): string {
  const again = hasToken ? " It finds the token that ExternalDNS must show." : "";
  return `\nNext, point ExternalDNS here, from the folder of your config.yaml: dtk install-addon external-dns.${again}\nTo change who may call, edit ${settingsFile}, then: sudo systemctl reload ${serviceUnitName}\nTo remove everything: sudo hostsfile-server uninstall\n`;
}
