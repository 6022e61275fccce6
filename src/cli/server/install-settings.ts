/** What `install` and `uninstall` can be told. */
import { serveSettings } from "./serve-settings.ts";
import { onOrOff } from "../../base/text-schema.ts";
import { type Setting, declare } from "../setting.ts";
import { platform } from "../../platform/current.ts";

const yes = declare({ flag: "yes", doc: "Do it without asking.", whenAbsent: "asked on a terminal", schema: onOrOff });
const quiet = declare({ flag: "quiet", doc: "Print nothing but failures.", whenAbsent: "off", schema: onOrOff });
const json = declare({ flag: "json", doc: "Print the result as JSON.", whenAbsent: "text", schema: onOrOff });

const { port, host, allow, clusterIP, domains, targets, watchDomains } = serveSettings;
const { dns, dnsListen, resolver, dnssecExempt } = serveSettings;
const kept = "what is installed, at first";

export const installSettings = {
  port: { ...port, whenAbsent: `${kept} 5000` },
  host: { ...host, whenAbsent: `${kept} all addresses, both families` },
  allow: { ...allow, whenAbsent: `${kept} as for serve` },
  clusterIP: toldOnce(clusterIP),
  domains: toldOnce(domains),
  targets: toldOnce(targets),
  watchDomains: { ...watchDomains, whenAbsent: `${kept} those of the cluster \`default\`` },
  watch: declare({
    flag: "watch",
    doc: "Also install the watcher as a service of the user who typed sudo, with that user's `$KUBECONFIG` and `$PATH`.",
    whenAbsent: "what is installed, at first no watcher",
    schema: onOrOff,
  }),
  dns: { ...dns, whenAbsent: `${kept} \`on\`` },
  dnsListen: { ...dnsListen, whenAbsent: `${kept} only there` },
  resolver: { ...resolver, whenAbsent: `${kept} \`auto\`` },
  dnssecExempt: { ...dnssecExempt, whenAbsent: "asked on a terminal where the resolver checks DNSSEC" },
  teams: declare({
    flag: "teams",
    doc: "Let the service open connections, which it needs to follow a team with `join`.",
    whenAbsent: "what is installed, at first off",
    schema: onOrOff,
  }),
  withoutToken: declare({
    flag: "without-token",
    doc: "Tell callers apart by address, and let every user of this machine configure the server.",
    whenAbsent: `what is installed, at first a token in ${platform.places.tokenFile}`,
    schema: onOrOff,
  }),
  dryRun: declare({
    flag: "dry-run",
    doc: "Print what would be done, with the files, and do nothing.",
    whenAbsent: "off",
    schema: onOrOff,
  }),
  yes,
  quiet,
  json,
} as const;

export const uninstallSettings = {
  keepState: declare({
    flag: "keep-state",
    doc: `Keep records, settings of clusters and the copies of the hosts file in ${platform.places.stateFolder}.`,
    whenAbsent: "off",
    schema: onOrOff,
  }),
  dryRun: declare({
    flag: "dry-run",
    doc: "Print what would be removed, and do nothing.",
    whenAbsent: "off",
    schema: onOrOff,
  }),
  yes,
  quiet,
  json,
} as const;

/** The service does not get such a setting at every start: the running server is told it and saves it. */
function toldOnce<Value>(setting: Setting<Value>): Setting<Value> {
  const doc = `${setting.doc} Told to the server once, which keeps it.`;
  return { ...setting, isSaved: false, doc, whenAbsent: "what the server has" };
}
