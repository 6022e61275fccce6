/** Keeps the cluster IP right: found as dtk finds it, and found anew when nodes or the ingress controller's Service move. */
import type { Address } from "../../records/address.ts";
import { findCandidates, isIngressController } from "../../kubernetes/cluster-ip/candidate.ts";
import { type ClusterIPChoice, chooseClusterIP } from "../../kubernetes/cluster-ip/choice.ts";
import { probeAddress, type Probe } from "../../kubernetes/cluster-ip/probe.ts";
import { type ClusterFacts, readNode, readService } from "../../kubernetes/facts.ts";
import type { ClusterModel } from "./cluster-model.ts";
import { type Clock, Backoff } from "./backoff.ts";
import { nodeKind } from "./translate/node.ts";
import { serviceKind } from "./translate/service.ts";

export interface ClusterIPOptions {
  readonly model: ClusterModel;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly probe?: Probe;
  /** What the server has. */
  readonly read: () => Promise<readonly string[]>;
  readonly write: (addresses: readonly Address[]) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

const waits = { first: 1_000, most: 60_000, mostLater: 60_000, later: 0 } as const;

export class ClusterIPFollower {
  readonly #options: ClusterIPOptions;
  #seen = "";
  #changed = new AbortController();
  #choice: ClusterIPChoice | undefined;

  constructor(options: ClusterIPOptions) {
    this.#options = options;
  }

  /** The last choice that the server was told, with what was tried. */
  get choice(): ClusterIPChoice | undefined {
    return this.#choice;
  }

  /** The model has changed. Most changes do not affect where the names lead. */
  look(): void {
    const { model } = this.#options;
    if (model.knowledge(nodeKind) === "pending" || model.knowledge(serviceKind) === "pending") return;
    const seen = JSON.stringify(findCandidates(factsOf(model)));
    if (seen === this.#seen) return;
    this.#seen = seen;
    this.#changed.abort();
  }

  /** Follows until the signal aborts. As long as nobody listens at the address, it keeps trying the others. */
  async run(): Promise<void> {
    const { clock, signal, onFailure } = this.#options;
    const retry = new Backoff(clock, waits);
    while (!signal.aborted) {
      const changed = this.#changed;
      if (this.#seen !== "") {
        const isSure = await this.choose().catch((error: unknown) => {
          if (!signal.aborted) onFailure(error);
          return false;
        });
        if (isSure) retry.succeeded();
        else await retry.wait(AbortSignal.any([signal, changed.signal]));
        if (!isSure && !changed.signal.aborted) continue;
      }
      if (!changed.signal.aborted) await clock.sleep(2 ** 31 - 1, AbortSignal.any([signal, changed.signal]));
      this.#changed = new AbortController();
    }
  }

  /**
   * Chooses once, and tells the server where that changes something. An address that somebody chose and that still is
   * one of the cluster's stays while nobody listens anywhere.
   *
   * @returns whether somebody listens at the address
   */
  async choose(): Promise<boolean> {
    const { model, probe = probeAddress, read, write } = this.#options;
    const candidates = findCandidates(factsOf(model));
    const choice = await chooseClusterIP(candidates, probe);
    if (choice === undefined) return false;
    const present = await read();
    const isCandidate = present.some((address) => candidates.some((candidate) => candidate.address === address));
    const isKept = !choice.isListening && isCandidate;
    if (!isKept && present.join() !== choice.clusterIPs.join()) await write(choice.clusterIPs);
    this.#choice = choice;
    return choice.isListening;
  }
}

function factsOf(model: ClusterModel): Pick<ClusterFacts, "nodes" | "services"> {
  const nodes = [...model.objects(nodeKind)].flatMap((object) => readNode(object) ?? []);
  const services = [...model.objects(serviceKind)].flatMap((object) => readService(object) ?? []);
  return { nodes, services: services.filter(isIngressController) };
}
