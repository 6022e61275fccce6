/** Every setting of dtk, once; those that config.yaml may hold take their checks from there. */
import * as z from "zod/mini";
import { type FlaggedKey, type ValueOf, entries, entryKeys, hasFlag, pathText } from "../../dtk/configuration/entry.ts";
import { defaultConfigurationPath } from "../../dtk/configuration/path.ts";
import { onOrOff, oneText } from "../../base/text-schema.ts";
import { type Setting, declare } from "../setting.ts";

export const configSetting = declare({
  flag: "config",
  placeholder: "FILE",
  doc: "The configuration.",
  whenAbsent: `${defaultConfigurationPath} in the current folder`,
  schema: oneText,
});

type ValueSettings = { readonly [Key in FlaggedKey]: Setting<ValueOf<Key>> };

/** Values that config.yaml may hold as well; a flag or variable wins over the file. */
export const valueSettings = Object.fromEntries(
  entryKeys.filter(hasFlag).map((key) => {
    const { flag, placeholder, path, doc, schema } = entries[key];
    return [key, { flag, placeholder, doc, whenAbsent: `${pathText(path)} in the configuration`, schema }];
  }),
) as unknown as ValueSettings;

/** The cluster beside its kubeconfig. */
const contextSetting = declare({
  flag: "context",
  placeholder: "NAME",
  doc: "The context of the kubeconfig.",
  whenAbsent: "its current context",
  schema: oneText,
});

/** What every command takes that looks at the cluster. */
export const clusterSettings = { config: configSetting, ...valueSettings, context: contextSetting };

/** What Helm is given beside dtk's own values. */
export const chartSettings = {
  chart: declare({
    flag: "chart",
    placeholder: "CHART",
    doc: "ExternalDNS's chart: a folder, a .tgz file or its URL, or REPOSITORY/NAME.",
    whenAbsent: "the chart from ExternalDNS's own repository",
    schema: oneText,
  }),
  chartVersion: declare({
    flag: "chart-version",
    placeholder: "VERSION",
    doc: "The version of a chart from a repository.",
    whenAbsent: "the newest",
    schema: oneText,
  }),
  values: declare({
    flag: "values",
    placeholder: "FILE",
    repeatable: true,
    doc: "A file of your own Helm values, which win over dtk's.",
    whenAbsent: "none",
    schema: everyText(),
  }),
  set: declare({
    flag: "set",
    placeholder: "KEY=VALUE",
    repeatable: true,
    doc: "A Helm value of your own, which wins over all others.",
    whenAbsent: "none",
    schema: everyText(),
  }),
};

/** As given, without a look at commas: Helm has its own rules for them. */
function everyText(): z.ZodMiniType<string[], string[]> {
  return z.array(z.string());
}

export const dryRunSetting = declare({
  flag: "dry-run",
  doc: "Print what would be done, and change nothing.",
  whenAbsent: "off",
  schema: onOrOff,
});

export const yesSetting = declare({
  flag: "yes",
  doc: "Do it without asking.",
  whenAbsent: "asks on a terminal",
  schema: onOrOff,
});

export const waitServerSetting = declare({
  flag: "wait-server",
  doc: "Wait for hostsfile-server when it does not answer yet.",
  whenAbsent: "off",
  schema: onOrOff,
});

export const probeImageSetting = declare({
  flag: "probe-image",
  placeholder: "IMAGE",
  doc: "The image of the pod that calls the server from inside the cluster. It needs a shell and wget.",
  whenAbsent: "busybox:1.37",
  schema: oneText,
});

export const removeSetting = declare({
  flag: "remove",
  doc: "Take it away again.",
  whenAbsent: "off",
  schema: onOrOff,
});

export const dnsInClusterSetting = declare({
  flag: "dns-in-cluster",
  doc: "Have the cluster's CoreDNS ask hostsfile-server about the managed domains, so that pods resolve them too.",
  whenAbsent: "off",
  schema: onOrOff,
});

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
