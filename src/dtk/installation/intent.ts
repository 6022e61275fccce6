/** What is to be had: everything that flags, environment and config.yaml say about the add-on, checked and read. */
import type { HeldToken } from "../../client/held-token.ts";
import type { Address } from "../../records/address.ts";
import type { ClusterName } from "../../records/cluster.ts";
import type { ManagedDomain } from "../../records/managed-domain.ts";
import type { TargetChoice } from "../configuration/entry.ts";
import type { Machine } from "../discovery/machine.ts";
import type { ClusterPlace } from "../../kubernetes/place.ts";
import type { ChartSource } from "../release/chart-source.ts";

export interface Intent {
  readonly place: ClusterPlace;
  readonly domains: readonly ManagedDomain[];
  /** The server's port. */
  readonly port: number;
  readonly cluster: ClusterName;
  /** Found out unless given; as are host and targets. */
  readonly clusterIPs: readonly Address[] | undefined;
  readonly host: string | undefined;
  /** Whether the user typed the host, so that it is not merely what some configuration says. */
  readonly isHostTyped: boolean;
  readonly targets: TargetChoice;
  readonly token: HeldToken | undefined;
  readonly machine: Machine;
  readonly chart: ChartSource;
  /** Files and settings of the user's own, as Helm takes them. */
  readonly values: readonly string[];
  readonly set: readonly string[];
  /** Whether to wait for a server that does not answer yet. */
  readonly waitServer: boolean;
}

/** Tells a person what happens while it does. */
export type Say = (line: string) => void;
