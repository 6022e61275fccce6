/** Every subcommand of dtk: its settings and the words of its help. */
import { type ProgramDeclaration, declareCommand } from "../command.ts";
import {
  chartSettings,
  clusterSettings,
  configSetting,
  dnsInClusterSetting,
  dryRunSetting,
  jsonSetting,
  probeImageSetting,
  quietSetting,
  removeSetting,
  valueSettings,
  waitServerSetting,
  yesSetting,
} from "./settings.ts";
import { addonPositional } from "./addon.ts";

const installSettings = {
  ...clusterSettings,
  ...chartSettings,
  dnsInCluster: dnsInClusterSetting,
  waitServer: waitServerSetting,
  dryRun: dryRunSetting,
  yes: yesSetting,
  quiet: quietSetting,
  json: jsonSetting,
};

export const dtk: ProgramDeclaration = {
  name: "dtk",
  summary: "Installs ExternalDNS into your desktop Kubernetes cluster and points it at hostsfile-server.",
  groups: { config: "Write and explain config.yaml" },
  commands: [
    declareCommand({
      name: "install-addon",
      summary: "Install ExternalDNS, or bring it up to date with config.yaml (a second run changes nothing)",
      examples: [
        "dtk install-addon external-dns",
        "dtk install-addon external-dns --config kind-a.yaml --context kind-a --cluster kind-a",
        "dtk install-addon external-dns --dns-in-cluster",
        "dtk install-addon external-dns --team http://team.example.com:5000 --cluster ann-kind --token-file team-token",
        "dtk install-addon external-dns --dry-run",
        "dtk --install-addon external-dns",
      ],
      positionals: { addon: addonPositional },
      settings: installSettings,
      run: async (given, sources) => (await import("./install-addon.ts")).installAddon(given, sources),
    }),
    declareCommand({
      name: "install-addons",
      summary: "Install every add-on that config.yaml enables and dtk knows",
      examples: ["dtk install-addons", "dtk install-addons --config kind-a.yaml"],
      settings: installSettings,
      run: async (given, sources) => (await import("./install-addons.ts")).installAddons(given, sources),
    }),
    declareCommand({
      name: "uninstall-addon",
      summary: "Remove ExternalDNS and what the server has of the cluster",
      examples: ["dtk uninstall-addon external-dns", "dtk uninstall-addon external-dns --yes"],
      positionals: { addon: addonPositional },
      settings: { ...clusterSettings, dryRun: dryRunSetting, yes: yesSetting, quiet: quietSetting, json: jsonSetting },
      run: async (given, sources) => (await import("./uninstall-addon.ts")).uninstallAddon(given, sources),
    }),
    declareCommand({
      name: "dns-in-cluster",
      summary: "Have the cluster's CoreDNS ask hostsfile-server, so that pods resolve the names too",
      examples: ["dtk dns-in-cluster", "dtk dns-in-cluster --dry-run", "dtk dns-in-cluster --remove"],
      settings: {
        ...clusterSettings,
        remove: removeSetting,
        dryRun: dryRunSetting,
        yes: yesSetting,
        quiet: quietSetting,
        json: jsonSetting,
      },
      run: async (given, sources) => (await import("./dns-in-cluster.ts")).dnsInCluster(given, sources),
    }),
    declareCommand({
      name: "list-addons",
      summary: "Say which add-ons are enabled and installed, and how they do",
      examples: ["dtk list-addons", "dtk list-addons --json"],
      settings: { ...clusterSettings, json: jsonSetting },
      run: async (given, sources) => (await import("./list-addons.ts")).listAddons(given, sources),
    }),
    declareCommand({
      name: "check",
      summary: "Run doctor's checks of the cluster, and reach the server from inside it",
      examples: ["dtk check", "dtk check --json"],
      settings: { ...clusterSettings, probeImage: probeImageSetting, quiet: quietSetting, json: jsonSetting },
      run: async (given, sources) => (await import("./check.ts")).check(given, sources),
    }),
    declareCommand({
      name: "config init",
      summary: "Write a config.yaml with every value explained, unless there is one",
      examples: ["dtk config init", "dtk config init --config kind-a.yaml"],
      settings: { config: configSetting, quiet: quietSetting },
      run: async (given) => (await import("./config.ts")).initConfiguration(given),
    }),
    declareCommand({
      name: "config show",
      summary: "Say what holds and where each value came from",
      examples: ["dtk config show", "dtk config show --cluster-ip 172.18.0.2 --json"],
      settings: { config: configSetting, ...valueSettings, json: jsonSetting },
      run: async (given, sources) => (await import("./config.ts")).showConfiguration(given, sources),
    }),
  ],
};
