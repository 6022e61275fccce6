/** What the user asked for: everything that flags, environment and config.yaml say about the add-on, checked and read. */
import type { HeldToken } from "../../client/held-token.ts";
import type { Values } from "../configuration/resolve.ts";
import type { ClusterPlace } from "../../kubernetes/place.ts";
import type { ChartSource } from "../release/chart-source.ts";

/** The values of the configuration, and what only a command line says. */
export interface Intent extends Values {
  readonly place: ClusterPlace;
  /** Whether the user typed the host, so that it is not merely what some configuration says. */
  readonly isHostTyped: boolean;
  readonly token: HeldToken | undefined;
  readonly chart: ChartSource;
  /** Files with the user's own Helm values. */
  readonly valuesFiles: readonly string[];
  /** The user's own Helm values, as Helm takes them. */
  readonly set: readonly string[];
  /** Whether to wait for a server that does not answer yet. */
  readonly waitServer: boolean;
}

/** Tells a person what happens while it does. */
export type Say = (line: string) => void;
