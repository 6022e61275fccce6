/** `hostsfile-server install`: installs the server as a service that starts at boot. */
import { messageOf } from "../../base/errors.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { defaultCluster, formatClusterIPSetting } from "../../records/cluster.ts";
import { renderCommand } from "../../base/shell.ts";
import {
  type InstallationPlan,
  applyInstallation,
  changesOf,
  findPresent,
  planInstallation,
} from "../../service/installation.ts";
import { findInstaller } from "../../service/installer.ts";
import { findObstacles } from "../../service/obstacles.ts";
import { isPackageThere, isPackaged } from "../../platform/places.ts";
import { platform } from "../../platform/current.ts";
import type { ListenPlace } from "../../platform/service-manager.ts";
import { currentUser } from "../../platform/user.ts";
import { programToInstall } from "../../service/program.ts";
import { TroubleError, adviceOf } from "../../base/trouble.ts";
import { confirm } from "../confirm.ts";
import type { Given } from "../setting.ts";
import type { installSettings } from "./install-settings.ts";
import { askToExempt, describeResolver, planResolver, removeOtherWays } from "./install-resolver.ts";
import { planResponder } from "./install-responder.ts";
import { holdsPort, listenPlace, plannedVariables, tokenFileOf } from "./install-variables.ts";
import { planTeams } from "./install-teams.ts";
import { describePlan, nextStep, planContents } from "./install-text.ts";
import {
  describeWatcher,
  describeWatcherPlan,
  startWatchersAnew,
  watcherContents,
  watcherWish,
} from "./install-watcher.ts";
import { requireLogin } from "./require-login.ts";
import { applyWatcher, planWatcher, watcherChanges } from "../../service/watcher.ts";
import { ownCommand } from "../own-command.ts";
import { requireRoot } from "../require-root.ts";
import { sendToServer } from "../../client/server.ts";
import { byFlags } from "../../client/trouble.ts";
import { findToken } from "../../client/held-token.ts";
import { askStatus } from "../../client/server-client.ts";
import { printableJSON } from "../../base/printable.ts";
import { renderStatus } from "./status-text.ts";
import { terminalOf } from "../terminal.ts";
import { methodPath, paths } from "../../contract/paths.ts";

type InstallGiven = Given<typeof installSettings>;

/**
 * Installs, or brings an installation up to date with this program and the given flags.
 *
 * @returns 0, or 1 when the user said no
 * @throws TroubleError with everything that hinders (exit 3)
 */
export async function install(given: InstallGiven): Promise<number> {
  requireRoot("install");
  const { places } = platform;
  const login = given.watch === true ? requireLogin("install --watch") : undefined;
  const isOfPackage = isPackaged(process.execPath, places);
  if (!isOfPackage && isPackageThere(places)) throw besidePackage();
  const present = await findPresent(isOfPackage, platform);
  const listen = listenPlace(given, present);
  const tokenFile = tokenFileOf(given, present);
  await refuseObstacles({
    listen,
    isPortOurs: holdsPort(present, listen.port),
    servicePid: present.pid,
    hostsFile: places.hostsFile,
    command: platform.commands.asRoot(`${ownCommand()} install`),
    platform,
    user: currentUser(),
  });
  const responder = planResponder(given, present);
  const planned = await planResolver(given, present, responder);
  const resolver = given.dryRun === true ? planned : await askToExempt(planned, given);
  const teams = planTeams(given, present, resolver.preparation);
  const wanted = {
    program: programToInstall({ executable: process.execPath, bundle: import.meta.dirname }, places),
    variables: {
      ...plannedVariables(given, { listen, tokenFile, predecessor: present.predecessor }),
      ...responder.variables,
      ...resolver.variables,
      ...teams.variables,
    },
    listen,
    responder,
    preparation: teams.preparation,
    // A token that the user has put elsewhere is the user's.
    token: tokenFile === places.tokenFile ? await findInstaller(process.env) : undefined,
  };
  const plan = await planInstallation(present, wanted, platform);
  const watcher =
    login && (await planWatcher(watcherWish(login, plan, { program: wanted.program, tokenFile }), platform));
  const changedItems = [...changesOf(plan), ...(watcher === undefined ? [] : watcherChanges(watcher))];
  const changed = [...changedItems.map(({ path }) => path), ...plan.replaced, ...plan.obsolete];
  const say = (text: string): void => {
    if (given.quiet !== true && given.json !== true) process.stdout.write(text);
  };
  const sayJSON = (result: object): void => {
    if (given.json === true) process.stdout.write(`${printableJSON(result)}\n`);
  };
  say(describePlan(plan, present, platform) + describeResolver(resolver, given));
  if (watcher !== undefined) say(describeWatcherPlan(watcher));
  if (given.dryRun === true) {
    say(planContents(plan, places));
    if (watcher !== undefined) say(watcherContents(watcher));
    sayJSON({ wouldChange: changed });
    return 0;
  }
  if (changed.length > 0 && !(await confirm("This is done as root.", given.yes))) return 1;
  await applyInstallation(plan, platform);
  await removeOtherWays(resolver);
  await waitUntilReady(listen);
  await tellOnce(given, plan, { ...listen, tokenFile });
  const isRunning = watcher && (await applyWatcher(watcher));
  await startWatchersAnew(login);
  const status = await askStatus({ host: listen.host, port: listen.port, tokenFile });
  sayJSON({ changed });
  if (status !== undefined) say(`\n${renderStatus(status, { now: Date.now(), terminal: terminalOf(process.stdout) })}`);
  say(nextStep(present, { hasToken: tokenFile !== undefined, isWatched: watcher !== undefined }, platform));
  if (watcher !== undefined) say(describeWatcher(watcher, isRunning === true, platform));
  return 0;
}

function besidePackage(): TroubleError {
  const message = "hostsfile-server is installed as a package. This installation would get in its way.";
  const hint = "Install a newer package, or remove it first:";
  const command = platform.commands.asRoot("apt remove hostsfile-server");
  return new TroubleError({ code: "installed-as-package", message, hint, command }, { exitCode: 3 });
}

async function refuseObstacles(options: Parameters<typeof findObstacles>[0]): Promise<void> {
  const obstacles = await findObstacles(options);
  const [first] = obstacles;
  if (first === undefined) return;
  const message = obstacles.map((obstacle) => obstacle.message).join("\n  ");
  const hint = obstacles.map(adviceOf).join("\n  ");
  throw new TroubleError({ code: first.code, message, hint }, { exitCode: 3 });
}

/** Tries, one a quarter second, so that it takes at most half a minute. */
const mostTries = 120;

/** The socket takes the connection at once; the answer comes when the server has started. */
async function waitUntilReady({ host, port }: ListenPlace): Promise<void> {
  let last = "no answer";
  const place = { host: host ?? "localhost", port, token: undefined };
  for (let tries = 0; tries < mostTries; tries += 1) {
    try {
      const answer = await sendToServer(place, { method: "GET", path: paths.ready }, byFlags);
      if (answer?.status === 200) return;
      last = answer === undefined ? "nobody listens" : `${answer.status} ${answer.text}`;
    } catch (error) {
      last = messageOf(error);
    }
    await sleep(250);
  }
  const message = `The service runs but is not ready: ${last.slice(0, 300)}.`;
  const hint = "See why:";
  const command = `hostsfile-server status; ${renderCommand(platform.services.commands.log)}`;
  throw new TroubleError({ code: "service-not-ready", message, hint, command }, { exitCode: 1 });
}

/** Cluster IP and domains are told once and kept by the server, so that no restart undoes what dtk sets later. */
async function tellOnce(
  given: InstallGiven,
  { predecessor }: InstallationPlan,
  { host, port, tokenFile }: ListenPlace & { readonly tokenFile: string | undefined },
): Promise<void> {
  const told = {
    clusterip: (given.clusterIP && formatClusterIPSetting(given.clusterIP)) ?? predecessor?.["cluster-ip"],
    domains: given.domains?.join(",") ?? predecessor?.domains,
    targets: given.targets,
  };
  const token = tokenFile === undefined ? undefined : findToken(tokenFile, port);
  const place = { host: host ?? "localhost", port, token };
  for (const name of ["clusterip", "domains", "targets"] as const) {
    const body = told[name];
    if (body === undefined) continue;
    const path = methodPath(defaultCluster, name);
    const answer = await sendToServer(place, { method: "POST", path, body }, byFlags);
    if (answer?.status === 200) continue;
    const message = `The server did not take ${name} ${body}: ${answer?.text.trim() ?? "it is gone"}.`;
    throw new TroubleError(
      { code: "server-refused", message, hint: "Give another value and run this again." },
      { exitCode: 1 },
    );
  }
}
