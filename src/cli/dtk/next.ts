/** The last words of an installation: what is there, what ExternalDNS passes over, and what to do next. */
import type { SilentIngress } from "../../dtk/discovery/silent-ingress.ts";
import { renderGuideIngress } from "../../dtk/guide-ingress.ts";
import { type Watch, watchSentence } from "../../dtk/installation/watch.ts";
import { platform } from "../../platform/current.ts";
import type { Intent } from "../../dtk/installation/intent.ts";

/** Ingresses that are listed before the rest is counted. */
const mostListed = 10;

export function renderNext(done: {
  readonly intent: Pick<Intent, "domains" | "cluster" | "place" | "team">;
  readonly changed: boolean;
  readonly silentIngresses: readonly SilentIngress[];
  /** A watcher that feeds the cluster too. */
  readonly watch: Watch | undefined;
}): string {
  const { intent, changed, silentIngresses, watch } = done;
  const { domains, cluster, place, team } = intent;
  const first = changed
    ? `ExternalDNS of ${cluster} is now installed and calls the server.`
    : `ExternalDNS of ${cluster} is already installed and calls the server; nothing was changed.`;
  const host = `foo.${domains[0] ?? "dtk.io"}`;
  return [
    first,
    team === undefined
      ? `Names under ${domains.join(", ")} are put into the hosts file as Ingresses come and go.`
      : `Names under ${domains.join(", ")} are the team's as Ingresses come and go, on every desktop that joined it.`,
    ...(watch === undefined ? [] : watchLines(watch)),
    ...silentLines(silentIngresses),
    ...(changed
      ? ["", "Next, give an Ingress such a name:", "", example(host, place), `Then: curl http://${host}`]
      : []),
    "",
  ].join("\n");
}

function watchLines(watch: Watch): readonly string[] {
  return [
    "",
    `${watchSentence(watch)} One feed is enough. To stay with ExternalDNS, end the watcher and then type:`,
    `  ${platform.commands.asRoot(`hostsfile-server clear --cluster ${watch.cluster}`)}`,
  ];
}

function silentLines(ingresses: readonly SilentIngress[]): readonly string[] {
  if (ingresses.length === 0) return [];
  const more = ingresses.length > mostListed ? [`  and ${ingresses.length - mostListed} more`] : [];
  return [
    "",
    "ExternalDNS passes over these Ingresses, which have neither a target nor an address in their status; to change that:",
    ...ingresses.slice(0, mostListed).map(({ command }) => `  ${command}`),
    ...more,
  ];
}

function example(host: string, { kubeconfig, context }: Intent["place"]): string {
  const flags = [
    ...(kubeconfig === undefined ? [] : ["--kubeconfig", kubeconfig]),
    ...(context === undefined ? [] : ["--context", context]),
  ];
  return renderGuideIngress({ host, ingressClass: "nginx", kubectl: ["kubectl", ...flags] });
}
