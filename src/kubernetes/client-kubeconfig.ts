/** Kubeconfigs of every kind, by the Kubernetes client: several files, programs that log in, proxies; loaded only for them. */
// Not imported on demand: the bundler leaves out what is not used of a library only when it is imported by name.
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import type { Connection, ConnectionOptions } from "./api.ts";
import { TroubleError } from "../base/trouble.ts";
import { runCredentialProgram } from "./credential-program.ts";
import { loginProgramOf, permitLogin, refuseByKuberc, runnerAsRoot } from "./login-program.ts";
import type { ClusterPlace } from "./place.ts";
import { clusterUnreachable, kubeconfigMissing, kubeconfigUnusable, reasonOf } from "./trouble.ts";

/** Where the client looks when it found no kubeconfig at all. */
const clientsGuess = "http://localhost:8080";

/**
 * Reads the kubeconfig as kubectl does, and runs its login program.
 *
 * @param signal - ends the program
 * @throws TroubleError `kubeconfig-unusable`, `login-program-refused`, `login-program-failed` or, when one of the older
 *   kinds cannot log in, `cluster-unreachable` (exit 3)
 */
export async function readWithClient(place: ClusterPlace, signal?: AbortSignal): Promise<Connection> {
  const configuration = new KubeConfig();
  load(configuration, place);
  const expiresAt = await logIn(configuration, place, signal);
  const server = configuration.getCurrentCluster()?.server ?? "";
  const options: ConnectionOptions = { headers: {} };
  await configuration.applyToHTTPSOptions(options).catch((error: unknown) => {
    throw clusterUnreachable(server, error);
  });
  return { server, options, ...(expiresAt !== undefined && { expiresAt }) };
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

/** Puts what the program prints in its place. Returns when that ends, in milliseconds since 1970; undefined where no program runs. */
async function logIn(
  configuration: KubeConfig,
  place: ClusterPlace,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const user = configuration.getCurrentUser();
  const program = loginProgramOf(user);
  if (user === null || program === undefined) return undefined;
  const { before } = permitLogin({ program, place, files: filesOf(place) });
  if (user.exec === undefined) {
    // Only there the command can be another; the older kinds run in a shell of the client's own.
    if (before.length > 0) throw runnerAsRoot(program, "this command");
    return undefined;
  }
  refuseByKuberc(String(user.exec.command), program);
  const cluster = clusterForProgram(configuration);
  const { token, certificate, key, expiresAt } = await runCredentialProgram({
    program: user.exec,
    cluster,
    before,
    signal,
  });
  const given = {
    token,
    ...(certificate !== undefined && { certData: asBase64(certificate) }),
    keyData: asBase64(key),
  };
  Object.assign(user, { exec: undefined, ...given });
  return expiresAt ?? Infinity;
}

function asBase64(pem: string | undefined): string | undefined {
  return pem === undefined ? undefined : Buffer.from(pem).toString("base64");
}

/** As the program is told it (k8s.io/client-go, pkg/apis/clientauthentication/v1, Cluster). */
function clusterForProgram(configuration: KubeConfig): Readonly<Record<string, unknown>> {
  const { server, tlsServerName, skipTLSVerify, caFile, caData, proxyUrl } = configuration.getCurrentCluster() ?? {};
  const authority = caData ?? (caFile === undefined ? undefined : readFileSync(caFile).toString("base64"));
  return {
    server,
    "tls-server-name": tlsServerName,
    "insecure-skip-tls-verify": skipTLSVerify,
    "certificate-authority-data": authority,
    "proxy-url": proxyUrl,
  };
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
