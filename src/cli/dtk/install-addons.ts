/** `dtk install-addons`: every enabled add-on of config.yaml that dtk knows; the others are DTK's. */
import { isKnownAddon } from "./addon.ts";
import { type InstallGiven, installAddon } from "./install-addon.ts";
import { watchFeed } from "../../records/feed.ts";
import { type ClusterSources, readIntent } from "./intent.ts";

/**
 * Installs all enabled add-ons that dtk knows.
 *
 * @returns the exit code
 * @throws TroubleError as installing does
 */
export async function installAddons(given: InstallGiven, sources: ClusterSources): Promise<number> {
  const { intent, configuration } = readIntent(given, sources);
  const enabled = configuration.addons.filter(({ isEnabled }) => isEnabled).map(({ name }) => name);
  const others = enabled.filter((name) => !isKnownAddon(name));
  if (given.quiet !== true)
    for (const name of others) process.stderr.write(`${name} is left to DTK, which knows it.\n`);
  const isKnownEnabled = enabled.some(isKnownAddon);
  if (isKnownEnabled && intent.feed !== watchFeed) return installAddon(given, sources);
  if (isKnownEnabled) {
    if (given.quiet !== true) process.stderr.write(`${leftToWatcher(intent.domains)}\n`);
    return 0;
  }
  if (given.quiet !== true) process.stderr.write("No add-on that dtk knows is enabled in the addons list.\n");
  return 0;
}

function leftToWatcher(domains: readonly string[]): string {
  return [
    "external-dns is not installed, since dns.feed is watch: the watcher feeds the cluster.",
    `To start the watcher, without sudo: hostsfile-server watch --domains=${domains.join(",")}`,
  ].join("\n");
}
