/** Has ExternalDNS called the server lately? It calls at each look, so silence means that it is stuck or cut off. */
import { newestPod } from "../../dtk/external-dns/find.ts";
import { kubectlWords } from "../../kubernetes/place.ts";
import { type Check, type Desktop, type Finding, ok } from "../check.ts";
import { type Chain, kubectl, lookAtChain } from "../looks/cluster-looks.ts";

export const externalDNSCalls: Check = {
  id: "external-dns-calls",
  title: "ExternalDNS calls regularly",
  needs: ["server-answers", "webhook-url", "external-dns-runs"],
  run: async (desktop) => [judgeCalls(await desktop.once(lookAtChain), desktop, Date.now())],
};

/** Milliseconds in which a pod makes its first call. */
const startTime = 60_000;

/** Milliseconds beyond which a call is missing: some of its looks, and a while for slow ones. */
const spare = 60_000;

/**
 * Judges by the server's own word. A pod that has not called since it started cannot be helped by starting it again.
 *
 * @param now - milliseconds since 1970
 */
export function judgeCalls({ externalDNS, cluster }: Chain, desktop: Pick<Desktop, "place">, now: number): Finding {
  const { namespace, name, settings } = externalDNS;
  const started = Date.parse(newestPod(externalDNS)?.metadata.creationTimestamp ?? "");
  const heard = Date.parse(cluster?.lastHeard ?? "");
  if (Number.isNaN(heard) || heard < started) {
    if (now - started < startTime) return ok("ExternalDNS has just started, and has not called yet.");
    const since = Number.isNaN(heard) ? "never heard of it" : "not heard of it since it started";
    const message = `ExternalDNS runs, and the server has ${since}.`;
    const hint = "See what it says:";
    const command = kubectl(desktop, "-n", namespace, "logs", `deployment/${name}`, "--tail=20");
    return { grade: "problem", code: "external-dns-unheard", message, hint, command };
  }
  const silence = now - heard;
  if (silence < 3 * settings.interval + spare)
    return ok(`ExternalDNS last called ${Math.round(silence / 1000)} s ago.`);
  const words = ["-n", namespace, "rollout", "restart", "deployment", name];
  return {
    grade: "problem",
    code: "external-dns-silent",
    message: `ExternalDNS runs, and has not called for ${Math.floor(silence / 60_000)} minutes.`,
    hint: "Start it again:",
    command: kubectl(desktop, ...words),
    fix: { commands: [[...kubectlWords(desktop.place), ...words]], needsRoot: false },
  };
}
