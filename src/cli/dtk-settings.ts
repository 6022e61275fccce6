/** Every setting of dtk, once; those that config.yaml may hold take their checks from there. */
import { entries, pathText } from "../cluster/configuration/entry.ts";
import type { Entry } from "../cluster/configuration/entry.ts";
import { defaultConfigurationPath } from "../cluster/configuration/path.ts";
import { onOrOff, oneText } from "../text-schema.ts";
import { type Setting, declare } from "./setting.ts";

export const configSetting = declare({
  flag: "config",
  placeholder: "FILE",
  doc: "The configuration.",
  whenAbsent: `${defaultConfigurationPath} in the current folder`,
  schema: oneText,
});

/** Values that stand in config.yaml as well; a flag or variable wins over the file. */
export const valueSettings = {
  kubeconfig: ofEntry(entries.kubeconfig, { flag: "kubeconfig", placeholder: "FILE" }),
  cluster: ofEntry(entries.cluster, { flag: "cluster", placeholder: "NAME" }),
  clusterIPs: ofEntry(entries.clusterIPs, { flag: "cluster-ip", placeholder: "ADDRESS" }),
  hostIP: ofEntry(entries.hostIP, { flag: "host-ip", placeholder: "ADDRESS" }),
  tokenFile: ofEntry(entries.tokenFile, { flag: "token-file", placeholder: "FILE" }),
};

function ofEntry<Value>(
  { path, doc, schema }: Entry<Value>,
  usage: { readonly flag: string; readonly placeholder: string },
): Setting<Value> {
  return declare({ ...usage, doc, whenAbsent: `${pathText(path)} in the configuration`, schema });
}

export const jsonSetting = declare({
  flag: "json",
  doc: "Print the result as JSON.",
  whenAbsent: "text",
  schema: onOrOff,
});

export const quietSetting = declare({
  flag: "quiet",
  doc: "Print nothing but failures.",
  whenAbsent: "off",
  schema: onOrOff,
});
