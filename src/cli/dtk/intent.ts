/** Turns flags, environment and config.yaml into what the user asked for. */
import { existsSync } from "node:fs";
import { loadConfiguration } from "../../dtk/configuration/load.ts";
import { type Configuration, valuesOf } from "../../dtk/configuration/resolve.ts";
import type { Intent } from "../../dtk/installation/intent.ts";
import { givenValues } from "./given.ts";
import type { chartSettings, clusterSettings } from "./settings.ts";
import { type HeldToken, findToken, installedToken } from "../../client/held-token.ts";
import { platform } from "../../platform/current.ts";
import type { Given, Sources } from "../setting.ts";

export type ClusterGiven = Given<typeof clusterSettings>;
export type ClusterSources = Sources<typeof clusterSettings>;

/**
 * Reads the configuration and the admin token.
 *
 * @param options - `isDomainNeeded` as {@link loadConfiguration} has it
 * @throws TroubleError as loading the configuration and reading the token do
 */
export function readIntent(
  given: ClusterGiven & Partial<Given<typeof chartSettings>> & { readonly waitServer?: boolean | undefined },
  sources: ClusterSources,
  options: { readonly isDomainNeeded?: boolean } = {},
): { readonly intent: Intent; readonly configuration: Configuration } {
  const configuration = loadConfiguration({ path: given.config, given: givenValues(given, sources), ...options });
  const values = valuesOf(configuration);
  const { kubeconfig, hostIP } = configuration;
  const intent: Intent = {
    ...values,
    place: { kubeconfig: kubeconfig.value, context: given.context, isHearsay: kubeconfig.origin.kind === "file" },
    isHostTyped: hostIP.origin.kind !== "file",
    token: readToken(values.tokenFile, values.port),
    chart: { chart: given.chart, version: given.chartVersion },
    valuesFiles: given.values ?? [],
    set: given.set ?? [],
    waitServer: given.waitServer === true,
  };
  return { intent, configuration };
}

/** One that was named must be readable; the installed one is used when it is there. */
function readToken(path: string | undefined, port: number): HeldToken | undefined {
  if (path !== undefined) return findToken(path, port);
  return existsSync(platform.places.tokenFile) ? installedToken(port) : undefined;
}
