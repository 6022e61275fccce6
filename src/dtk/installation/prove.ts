/** Proves that ExternalDNS runs and calls the server: by the rollout, then by the server's status. If it does not, says why. */
import { desktopInterval, isAlive } from "../../contract/liveness.ts";
import type { Status } from "../../contract/status.ts";
import { type Trouble, TroubleError } from "../../base/trouble.ts";
import { firewallCommands } from "../firewall/opening.ts";
import { diagnose, lastLines } from "../release/diagnosis.ts";
import { releaseName, releaseNamespace } from "../release/names.ts";
import { waitForRollout } from "../release/rollout.ts";
import { type Pod, readLog } from "../release/workload.ts";
import type { Intent, Say } from "./intent.ts";
import type { Plan } from "./plan.ts";
import type { Situation } from "./situation.ts";

export interface Proof {
  /** Time of ExternalDNS's last call, as the server has it (ISO 8601). */
  readonly lastHeard: string;
}

/** Says from what the server has that ExternalDNS calls, without waiting; undefined when it does not. */
export function currentProof(status: Status, cluster: string, now: number): Proof | undefined {
  const lastHeard = heardOf(status, cluster);
  return lastHeard !== undefined && isAlive(lastHeard, desktopInterval, now) ? { lastHeard } : undefined;
}

function heardOf({ clusters }: Status, cluster: string): string | undefined {
  return clusters.find(({ name }) => name === cluster)?.lastHeard ?? undefined;
}

/**
 * Waits until the pods run and the server hears from them.
 *
 * @param options - `timeout` in milliseconds, in which an image must be pulled too
 * @throws TroubleError with the known cause and the pod's last words (exit 1)
 */
export async function prove(
  intent: Intent,
  situation: Situation,
  plan: Plan,
  options: { readonly timeout: number; readonly say: Say },
): Promise<Proof> {
  const { api, server } = situation;
  let first: string | undefined;
  let last: string | undefined;
  const isReached = async (): Promise<boolean> => {
    last = heardOf(await server.status(), intent.cluster);
    // The call of a pod that was on its way out proves nothing, so the first one seen is not enough.
    first ??= last ?? "";
    return last !== undefined && last !== first;
  };
  const waiting = {
    api,
    timeout: options.timeout,
    progress: (what: string) => options.say(`${what[0]?.toUpperCase()}${what.slice(1)} ...`),
  };
  const rollout = await waitForRollout(waiting, { what: "ExternalDNS's call to the server", isReached });
  if (rollout.kind === "done") return { lastHeard: last ?? "" };
  const pod = rollout.kind === "failed" ? rollout.pod : rollout.pods[0];
  throw await explainFailure({ intent, situation, plan, pod, rollout });
}

async function explainFailure(known: {
  readonly intent: Intent;
  readonly situation: Situation;
  readonly plan: Plan;
  readonly pod: Pod | undefined;
  readonly rollout: { readonly kind: string; readonly what?: string; readonly why?: string };
}): Promise<TroubleError> {
  const { intent, situation, plan, pod, rollout } = known;
  const log = pod === undefined ? "" : await readLog(situation.api, pod);
  const firewall = await firewallCommands(situation.settings.clusterIPs, intent.port);
  const url = plan.url.replace(/\/\/[^@/]*@/, "//");
  const otherWays = situation.host.alternatives.map(({ host }) => host);
  const cause = diagnose({ log, url, cluster: intent.cluster, firewall, otherWays }) ?? unknownCause(rollout, pod);
  const words = lastLines(log).map((line) => `    ${line}`);
  const said = words.length === 0 ? "" : `\n  Its last words:\n${words.join("\n")}`;
  return new TroubleError({ ...cause, message: `${cause.message}${said}` }, { exitCode: 1 });
}

function unknownCause(rollout: { readonly what?: string; readonly why?: string }, pod: Pod | undefined): Trouble {
  const logs = {
    hint: "See:",
    command: `kubectl -n ${releaseNamespace} logs deployment/${releaseName}; kubectl -n ${releaseNamespace} describe pods`,
  };
  if (rollout.why === "image") {
    const message = `The image of ExternalDNS cannot be pulled: ${rollout.what ?? ""}`;
    return {
      code: "image-not-pulled",
      message,
      hint: "Does the cluster reach the registry? Your own --values may name another image.",
    };
  }
  if (rollout.why === "crash") {
    const message = `ExternalDNS in pod ${pod?.metadata.name ?? ""} ends again and again: ${rollout.what ?? ""}.`;
    return { code: "external-dns-crashes", message, ...logs };
  }
  const message = `ExternalDNS does not come up: still waiting for ${rollout.what ?? "it"}.`;
  return { code: "rollout-stuck", message, ...logs };
}
