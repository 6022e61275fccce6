/** Why a user's watcher may not do something, in words. */
import type { Trouble } from "../../base/trouble.ts";
import { platform } from "../../platform/current.ts";
import { watchLimits } from "../../records/limits.ts";
import type { ManagedDomain } from "../../records/managed-domain.ts";
import type { WatchCall, WatchRefusal } from "./permission.ts";

const { asRoot } = platform.commands;

/**
 * Says what was refused and what would help.
 *
 * @param domains - those that watchers may use
 */
export function explainRefusal(
  refusal: WatchRefusal,
  { user, cluster }: Pick<WatchCall, "user" | "cluster">,
  domains: readonly ManagedDomain[],
): Trouble {
  const code = refusal.reason;
  const free = asRoot(`hostsfile-server clear --cluster ${cluster}`);
  switch (refusal.reason) {
    case "default-is-not-watched": {
      const message = "No watcher may change the cluster default, which is ExternalDNS's at the root path.";
      return { code, message, hint: "Give the cluster another name." };
    }
    case "cluster-of-another": {
      const message = `The cluster ${cluster} is fed by the watcher of ${refusal.owner}, so that of ${user} may not touch it.`;
      const hint = `Rename the context of one of them, or if ${refusal.owner} needs it no more, free the name:`;
      return { code, message, hint, command: free };
    }
    case "cluster-not-watched": {
      const message = `The cluster ${cluster} was not made by a watcher, so that of ${user} may not touch it.`;
      const hint = "To hand it over, forget it with its settings and records; the watcher makes it again:";
      return { code, message, hint, command: free };
    }
    case "too-many-watched": {
      const message = `The watcher of ${user} feeds ${watchLimits.clusters} clusters, and ${cluster} would be one more than it may.`;
      const hint = "Name the contexts to watch with --context, or forget a cluster that is gone:";
      return { code, message, hint, command: asRoot("hostsfile-server clear --cluster NAME") };
    }
    case "domain-not-for-watchers": {
      const { domain } = refusal;
      const some = domains.length === 0 ? "none" : domains.join(", ");
      const message = `Watchers may not have names in ${domain}, but in these domains: ${some}.`;
      const hint = `Start watch with one of them in --domains, or the server with --watch-domains=${[...domains, domain].join(",")}.`;
      return { code, message, hint };
    }
  }
}
