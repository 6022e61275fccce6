/** Hands what dtk was given on the command line and in the environment to the configuration, each with its name. */
import type { GivenValue, GivenValues } from "../../dtk/configuration/resolve.ts";
import type { valueSettings } from "./settings.ts";
import type { Given, Sources } from "../setting.ts";

type ValueSettings = typeof valueSettings;

/** Pairs each value with the flag or variable that it came from. */
export function givenValues(given: Given<ValueSettings>, sources: Sources<ValueSettings>): GivenValues {
  return {
    kubeconfig: pair(given.kubeconfig, sources.kubeconfig),
    cluster: pair(given.cluster, sources.cluster),
    clusterIPs: pair(given.clusterIPs, sources.clusterIPs),
    hostIP: pair(given.hostIP, sources.hostIP),
    targets: pair(given.targets, sources.targets),
    tokenFile: pair(given.tokenFile, sources.tokenFile),
  };
}

function pair<Value>(value: Value | undefined, source: string | undefined): GivenValue<Value> | undefined {
  return value === undefined || source === undefined ? undefined : { value, source };
}
