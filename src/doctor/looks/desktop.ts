/** The looks of `doctor` at this machine: each is made when it is first asked for, once, and heavy parts are loaded then. */
import { readFile } from "node:fs/promises";
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import type { ClusterPlace } from "../../kubernetes/place.ts";
import { kubeconfigBehindSudo } from "../../kubernetes/sudo-home.ts";
import type { Status } from "../../contract/status.ts";
import { type Ran, runProgram } from "../../base/process.ts";
import type { Platform } from "../../platform/platform.ts";
import type { Desktop } from "../check.ts";
import { errorCode } from "../../base/errors.ts";

/** Milliseconds until a program that is run for a look is ended. */
const programPatience = 5000;

interface DesktopPlace {
  readonly hostsFile: string;
  readonly stateFolder: string;
  readonly port: number;
  readonly platform: Platform;
  readonly isRoot: boolean;
  readonly cluster: ClusterPlace;
  readonly askStatus: () => Promise<Status | undefined>;
  readonly ask: (path: string) => Promise<string | undefined>;
  readonly allowedDomains: Desktop["allowedDomains"];
  readonly signal: AbortSignal;
}

/** Opens the desktop; nothing is looked at yet. */
export function openDesktop(place: DesktopPlace): Desktop {
  const { hostsFile, stateFolder, port, platform, isRoot, askStatus, ask, allowedDomains, signal } = place;
  const cluster = { ...place.cluster, kubeconfig: place.cluster.kubeconfig ?? behindSudo(place.cluster) };
  const files = new Map<string, Promise<Buffer | undefined>>();
  const runs = new Map<string, Promise<Ran>>();
  const apis = new Map<string | undefined, Promise<KubernetesAPI>>();
  const looks = new Map<unknown, Promise<unknown>>();
  const desktop: Desktop = {
    hostsFile,
    stateFolder,
    port,
    platform,
    isRoot,
    place: cluster,
    signal,
    ask,
    allowedDomains,
    status: async () => desktop.once(askStatus),
    kubernetes: async (context = cluster.context) =>
      remember(apis, context, async () => openKubernetesOf({ ...cluster, context })),
    readFile: async (path) => remember(files, path, async () => readIfThere(path)),
    run: async (program, parameters, options = {}) =>
      remember(runs, JSON.stringify([program, parameters, options]), async () =>
        runProgram(program, parameters, { timeout: programPatience, ...options }),
      ),
    once: async (look) => remember(looks, look, async () => look(desktop)) as ReturnType<typeof look>,
  };
  return desktop;
}

function behindSudo({ context }: ClusterPlace): string | undefined {
  return kubeconfigBehindSudo(process.env, { context });
}

async function openKubernetesOf(place: ClusterPlace) {
  const { openKubernetes } = await import("../../kubernetes/kubeconfig.ts");
  return openKubernetes(place);
}

async function remember<Key, Value>(
  memory: Map<Key, Promise<Value>>,
  key: Key,
  look: () => Promise<Value>,
): Promise<Value> {
  const known = memory.get(key) ?? look();
  memory.set(key, known);
  return known;
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
