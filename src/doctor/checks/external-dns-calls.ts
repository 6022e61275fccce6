/** Has ExternalDNS called the server lately? It calls at each look, so silence means that it is stuck or cut off. */
import { newestPod } from "../../dtk/external-dns/find.ts";
import { liveness } from "../../contract/liveness.ts";
import { kubectlWords } from "../../kubernetes/place.ts";
import { type Check, type Desktop, type Finding, ok } from "../check.ts";
import { type WebhookPath, kubectl, lookAtChain } from "../looks/cluster-looks.ts";

export const externalDNSCalls: Check = {
  id: "external-dns-calls",
  title: "ExternalDNS calls regularly",
  needs: ["server-answers", "webhook-url", "external-dns-runs"],
  run: async (desktop) => [judgeCalls(await desktop.once(lookAtChain), desktop, Date.now())],
};

/** Milliseconds in which a pod makes its first call. */
const startTime = 60_000;

/**
 * Judges by the server's own word. A pod that has not called since it started cannot be helped by starting it again.
 *
 * @param now - milliseconds since 1970
 */
export function judgeCalls(
  { externalDNS, cluster }: WebhookPath,
  desktop: Pick<Desktop, "place">,
  now: number,
): Finding {
  const { namespace, name, settings } = externalDNS;
  const started = Date.parse(newestPod(externalDNS)?.metadata.creationTimestamp ?? "");
  const life = liveness(cluster?.lastHeard, settings.interval, now);
  if (life.kind === "unheard" || now - life.silence < started) {
    if (now - started < startTime) return ok("ExternalDNS has just started, and has not called yet.");
    const since = life.kind === "unheard" ? "never heard of it" : "not heard of it since it started";
    const message = `ExternalDNS runs, and the server has ${since}.`;
    const hint = "See what it says:";
    const command = kubectl(desktop, "-n", namespace, "logs", `deployment/${name}`, "--tail=20");
    return { grade: "problem", code: "external-dns-unheard", message, hint, command };
  }
  if (life.kind === "alive") return ok(`ExternalDNS last called ${Math.round(life.silence / 1000)} s ago.`);
  const words = ["-n", namespace, "rollout", "restart", "deployment", name];
  return {
    grade: "problem",
    code: "external-dns-silent",
    message: `ExternalDNS runs, and has not called for ${Math.floor(life.silence / 60_000)} minutes.`,
    hint: "Start it again:",
    command: kubectl(desktop, ...words),
    fix: { commands: [[...kubectlWords(desktop.place), ...words]], needsRoot: false },
  };
}
