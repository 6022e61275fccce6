/** Turns flags, environment and config.yaml into what the user asked for. */
import { existsSync } from "node:fs";
import { loadConfiguration } from "../../dtk/configuration/load.ts";
import { type Configuration, valuesOf } from "../../dtk/configuration/resolve.ts";
import type { Intent } from "../../dtk/installation/intent.ts";
import { givenValues } from "./given.ts";
import type { chartSettings, clusterSettings } from "./settings.ts";
import { placeOfTeamServer } from "../../dtk/configuration/team-server.ts";
import { type HeldToken, findToken, installedToken } from "../../client/held-token.ts";
import type { TroubleError } from "../../base/trouble.ts";
import { platform } from "../../platform/current.ts";
import type { Given, Sources } from "../setting.ts";
import { wrongUsage } from "../wrong-usage.ts";

export type ClusterGiven = Given<typeof clusterSettings>;
export type ClusterSources = Sources<typeof clusterSettings>;

/**
 * Reads the configuration and the admin token.
 *
 * @param options - `isDomainNeeded` as {@link loadConfiguration} has it
 * @throws TroubleError as loading the configuration and reading the token do, and `wrong-usage` (exit 2) for a cluster of
 *   a team without a name
 */
export function readIntent(
  given: ClusterGiven & Partial<Given<typeof chartSettings>> & { readonly waitServer?: boolean | undefined },
  sources: ClusterSources,
  options: { readonly isDomainNeeded?: boolean } = {},
): { readonly intent: Intent; readonly configuration: Configuration } {
  const configuration = loadConfiguration({ path: given.config, given: givenValues(given, sources), ...options });
  const values = valuesOf(configuration);
  const { kubeconfig, hostIP, cluster } = configuration;
  const team = values.team === undefined ? undefined : placeOfTeamServer(values.team);
  if (team !== undefined && cluster.origin.kind === "default") throw namelessInTeam();
  const port = team?.port ?? values.port;
  const intent: Intent = {
    ...values,
    port,
    hostIP: team?.host ?? values.hostIP,
    place: { kubeconfig: kubeconfig.value, context: given.context, isHearsay: kubeconfig.origin.kind === "file" },
    isHostTyped: hostIP.origin.kind !== "file",
    // The token of this desktop's server is not the team's.
    token: team === undefined || values.tokenFile !== undefined ? readToken(values.tokenFile, port) : undefined,
    chart: { chart: given.chart, version: given.chartVersion },
    valuesFiles: given.values ?? [],
    set: given.set ?? [],
    waitServer: given.waitServer === true,
  };
  return { intent, configuration };
}

function namelessInTeam(): TroubleError {
  const message = "A team has many clusters, so this one needs a name of its own.";
  const hint = "Name it: --cluster NAME, or dns.cluster in config.yaml.";
  return wrongUsage(message, hint);
}

/** One that was named must be readable; the installed one is used when it is there. */
function readToken(path: string | undefined, port: number): HeldToken | undefined {
  if (path !== undefined) return findToken(path, port);
  return existsSync(platform.places.tokenFile) ? installedToken(port) : undefined;
}
