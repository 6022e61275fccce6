/** Every subcommand of dtk: its settings and the words of its help. */
import { type ProgramDeclaration, declareCommand } from "./command.ts";
import {
  chartSettings,
  clusterSettings,
  configSetting,
  dryRunSetting,
  jsonSetting,
  quietSetting,
  valueSettings,
  waitServerSetting,
  yesSetting,
} from "./dtk-settings.ts";
import { addonPositional } from "./dtk-addon.ts";

export const dtk: ProgramDeclaration = {
  name: "dtk",
  summary: "Installs ExternalDNS into your desktop Kubernetes cluster and points it at hostsfile-server.",
  groups: { config: "Write and explain config.yaml" },
  commands: [
    declareCommand({
      name: "install-addon",
      summary: "Install ExternalDNS, or bring it in step with config.yaml; a second run changes nothing",
      examples: [
        "dtk install-addon external-dns",
        "dtk install-addon external-dns --config kind-a.yaml --context kind-a --cluster kind-a",
        "dtk install-addon external-dns --dry-run",
        "dtk --install-addon external-dns",
      ],
      positionals: { addon: addonPositional },
      settings: {
        ...clusterSettings,
        ...chartSettings,
        waitServer: waitServerSetting,
        dryRun: dryRunSetting,
        yes: yesSetting,
        quiet: quietSetting,
        json: jsonSetting,
      },
      run: async (given, sources) => (await import("./dtk-install-addon.ts")).installAddon(given, sources),
    }),
    declareCommand({
      name: "config init",
      summary: "Write a config.yaml with every value explained; one that is there stays as it is",
      examples: ["dtk config init", "dtk config init --config kind-a.yaml"],
      settings: { config: configSetting, quiet: quietSetting },
      run: async (given) => (await import("./dtk-config.ts")).initConfiguration(given),
    }),
    declareCommand({
      name: "config show",
      summary: "Say what holds and where each value came from",
      examples: ["dtk config show", "dtk config show --cluster-ip 172.18.0.2 --json"],
      settings: { config: configSetting, ...valueSettings, json: jsonSetting },
      run: async (given, sources) => (await import("./dtk-config.ts")).showConfiguration(given, sources),
    }),
  ],
};
