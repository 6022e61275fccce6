/** The settings of all clusters as etcd has them, and always those of `default`. */
import { type ClusterName, type ClusterSettings, defaultCluster, initialSettings } from "../records/cluster.ts";
import { readSettings } from "../store/row.ts";
import { clusterKey } from "./plan/keys.ts";
import type { Held } from "./plan/state.ts";

export class SettingsTable {
  readonly settings = new Map<ClusterName, ClusterSettings>([[defaultCluster, initialSettings]]);
  readonly #revisions = new Map<ClusterName, bigint>();
  readonly #broken = new Set<ClusterName>();

  /** The keys whose value cannot be read. */
  get unreadable(): Iterable<string> {
    return this.#broken.values().map(clusterKey);
  }

  /** The revision that wrote them; 0 for a cluster that nobody configured. */
  revisionOf(cluster: ClusterName): bigint {
    return this.#revisions.get(cluster) ?? 0n;
  }

  /** Takes over what etcd has now. Settings that cannot be read stay what they were, and never become those of a new cluster. */
  take(cluster: ClusterName, held: Held | undefined): void {
    this.#broken.delete(cluster);
    if (held === undefined) {
      this.#revisions.delete(cluster);
      this.settings.delete(cluster);
      if (cluster === defaultCluster) this.settings.set(cluster, initialSettings);
      return;
    }
    this.#revisions.set(cluster, held.modRevision);
    const settings = readSettings(held.text);
    if (settings === undefined) this.#broken.add(cluster);
    else this.settings.set(cluster, settings);
  }
}
