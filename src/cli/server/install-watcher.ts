/** What `install --watch` does for the user who typed sudo, and what it says of it. */
import { join } from "node:path";
import { renderCommand } from "../../base/shell.ts";
import { TroubleError } from "../../base/trouble.ts";
import { userOfToken, watchToken } from "../../contract/token.ts";
import { readAdminToken } from "../../platform/admin-token.ts";
import { platform } from "../../platform/current.ts";
import { type Login, shellVariables } from "../../platform/login.ts";
import { serviceName } from "../../platform/places.ts";
import type { Platform } from "../../platform/platform.ts";
import type { InstallationPlan } from "../../service/installation.ts";
import type { InstalledProgram } from "../../service/program.ts";
import { watcherName } from "./require-login.ts";
import { type WatcherPlan, type WatcherWish, findWatchers, watcherChanges } from "../../service/watcher.ts";

/**
 * The watcher as it is to be installed.
 *
 * @param plan - which has the admin token, also while it is not written yet
 * @throws TroubleError where the machine has no services of users (exit 3), or the token cannot be read
 */
export function watcherWish(
  login: Login,
  plan: InstallationPlan,
  { program, tokenFile }: { readonly program: InstalledProgram; readonly tokenFile: string | undefined },
): WatcherWish {
  const { services, places } = platform;
  if (services.ofUsers === undefined) throw noUserServices();
  const command = [...(program.command ?? [join(places.packagedFolder, serviceName)]), "watch"];
  const adminToken = tokenFile && (plannedToken(plan, tokenFile) ?? readAdminToken(tokenFile));
  const token = adminToken === undefined ? undefined : watchToken(adminToken, watcherName(login));
  const { KUBECONFIG, PATH } = shellVariables();
  const environment = { ...(KUBECONFIG !== undefined && { KUBECONFIG }), ...(PATH !== undefined && { PATH }) };
  return { login, services: services.ofUsers, command, environment, token };
}

function plannedToken({ items }: InstallationPlan, path: string): string | undefined {
  const item = items.map((entry) => entry.item).find((each) => each.path === path);
  return item?.kind === "file" && typeof item.content === "string" ? item.content.trim() : undefined;
}

function noUserServices(): TroubleError {
  const message = `${platform.services.name} runs no services of users on this machine.`;
  const hint = "Start the watcher by what does: hostsfile-server watch";
  return new TroubleError({ code: "no-user-services", message, hint });
}

/** Renders the plan, a line for each thing that changes. */
export function describeWatcherPlan(plan: WatcherPlan): string {
  const { login, services } = plan;
  const lines = plan.items.flatMap(({ item, state }) => {
    if (state === "same" || item.kind === "folder") return [];
    const mode = item.kind === "file" ? `mode ${item.mode.toString(8)}` : "a link";
    return [`${state === "missing" ? "write  " : "replace"} ${item.path} (${mode}, of ${login.name})`];
  });
  return [...lines, `enable  ${services.watcher} of ${login.name} and start it`, ""].join("\n");
}

/** The text of each file, but for the token. */
export function watcherContents(plan: WatcherPlan): string {
  return watcherChanges(plan)
    .flatMap((item) =>
      item.kind === "file" && typeof item.content === "string" && userOfToken(item.content.trim()) === undefined
        ? [`\n${item.path}:\n${item.content.replaceAll(/^(?=.)/gm, "  ")}`]
        : [],
    )
    .join("");
}

/** Says whether the watcher runs, until when, and how to see what it says. */
export function describeWatcher({ login, services }: WatcherPlan, isRunning: boolean, { commands }: Platform): string {
  const { name } = login;
  const log = `  ${renderCommand(services.log)}`;
  const now = isRunning ? `The watcher of ${name} runs.` : `The watcher of ${name} starts when ${name} logs in.`;
  const words = services.runFromBoot(login)
    ? [`${now} Lingering is enabled for ${name}, so it runs from boot on and survives a logout. What it says:`, log]
    : [
        `${now} Lingering is not enabled for ${name}, so it ends with the last session of ${name} and`,
        "is back with the next one. Names stay meanwhile. To have it run from boot on, survive logouts, and to see what it says:",
        `  ${commands.asRoot(renderCommand(services.letRunFromBoot(login)))}`,
        log,
      ];
  return `\n${words.join("\n")}\n`;
}

/**
 * Starts the watchers of other users anew, with the program that is installed now.
 *
 * @param login - the user whose watcher was just started
 */
export async function startWatchersAnew(login: Login | undefined): Promise<void> {
  for (const watcher of await findWatchers(platform)) {
    if (watcher.name !== login?.name) await platform.services.ofUsers?.start(watcher);
  }
}
