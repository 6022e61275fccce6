/** Kubeconfigs of every kind, by the Kubernetes client: several files, programs that log in, proxies; loaded only for them. */
// Not imported on demand: the bundler leaves out what is not used of a library only when it is imported by name.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import type { Connection, ConnectionOptions } from "./api.ts";
import { TroubleError } from "../base/trouble.ts";
import { loginProgramOf, permitLogin, runnerAsRoot } from "./login-program.ts";
import type { ClusterPlace } from "./place.ts";
import { clusterUnreachable, kubeconfigMissing, kubeconfigUnusable, reasonOf } from "./trouble.ts";

/** Where the client looks when it found no kubeconfig at all. */
const clientsGuess = "http://localhost:8080";

/**
 * Reads the kubeconfig as kubectl does.
 *
 * @throws TroubleError `kubeconfig-unusable`, `login-program-refused` or, when its program cannot log in,
 *   `cluster-unreachable` (exit 3)
 */
export async function readWithClient(place: ClusterPlace): Promise<Connection> {
  const configuration = new KubeConfig();
  load(configuration, place);
  permit(configuration, place);
  const server = configuration.getCurrentCluster()?.server ?? "";
  const options: ConnectionOptions = { headers: {} };
  await configuration.applyToHTTPSOptions(options).catch((error: unknown) => {
    throw clusterUnreachable(server, error);
  });
  return { server, options };
}

/**
 * Makes sure that another program may use the kubeconfig as root: a login program would run as root then.
 *
 * @param runner - the program's name
 * @throws TroubleError `login-program-refused` (exit 3)
 */
export function permitAsRoot(place: ClusterPlace, runner: string): void {
  const program = loginProgramOf(readUser(place));
  if (program === undefined) return;
  if (permitLogin({ program, place, files: filesOf(place) }).before.length > 0) throw runnerAsRoot(program, runner);
}

/** What is wrong with a kubeconfig is for the other program to say. */
function readUser(place: ClusterPlace): ReturnType<KubeConfig["getCurrentUser"]> {
  const configuration = new KubeConfig();
  try {
    load(configuration, place);
  } catch (error) {
    if (error instanceof TroubleError) return null;
    throw error;
  }
  return configuration.getCurrentUser();
}

function permit(configuration: KubeConfig, place: ClusterPlace): void {
  const user = configuration.getCurrentUser();
  const program = loginProgramOf(user);
  if (user === null || program === undefined) return;
  const { before } = permitLogin({ program, place, files: filesOf(place) });
  const [command, ...words] = before;
  if (command === undefined) return;
  // Only here the command can be another; the older kinds run in a shell of the client's own.
  if (user.exec === undefined) throw runnerAsRoot(program, "this command");
  const args = [...words, user.exec.command, ...(user.exec.args ?? [])];
  Object.assign(user, { exec: { ...user.exec, command, args } });
}

/** Every file that kubectl would read. */
function filesOf({ kubeconfig }: ClusterPlace): readonly string[] {
  if (kubeconfig !== undefined) return [kubeconfig];
  const { KUBECONFIG: given = "" } = process.env;
  const files = given === "" ? [join(homedir(), ".kube", "config")] : given.split(delimiter);
  return files.filter((file) => existsSync(file));
}

function load(configuration: KubeConfig, { kubeconfig, context }: ClusterPlace): void {
  try {
    if (kubeconfig === undefined) configuration.loadFromDefault();
    else configuration.loadFromFile(kubeconfig);
  } catch (error) {
    const which = kubeconfig ?? process.env["KUBECONFIG"] ?? "~/.kube/config";
    throw kubeconfigUnusable(`The kubeconfig ${which} cannot be read: ${reasonOf(error)}.`, error);
  }
  if (configuration.getCurrentCluster()?.server === clientsGuess) {
    throw kubeconfigMissing();
  }
  if (context !== undefined) configuration.setCurrentContext(context);
  if (configuration.getCurrentCluster() !== null) return;
  const names = configuration.getContexts().map(({ name }) => name);
  const which = context ?? configuration.getCurrentContext() ?? "";
  const known = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
  throw kubeconfigUnusable(`The kubeconfig ${kubeconfig ?? ""} has no context ${JSON.stringify(which)}; ${known}.`);
}
