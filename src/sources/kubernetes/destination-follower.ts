/** Keeps right where a cluster's names point: cluster IP and target mode, chosen as dtk does, and chosen anew when nodes, Services or Gateways change. */
import type { Address } from "../../records/address.ts";
import type { TargetMode } from "../../records/cluster.ts";
import { findCandidates } from "../../kubernetes/cluster-ip/candidate.ts";
import { type ClusterIPChoice, chooseClusterIP } from "../../kubernetes/cluster-ip/choice.ts";
import { probeAddress, type Probe } from "../../kubernetes/cluster-ip/probe.ts";
import { type TargetChoice, chooseTargetMode } from "../../kubernetes/cluster-ip/target-choice.ts";
import { type ClusterFacts, readGateway, readNode, readService } from "../../kubernetes/facts.ts";
import type { ClusterModel } from "./cluster-model.ts";
import { type Clock, Backoff } from "./backoff.ts";
import { gatewayKind } from "./translate/gateway.ts";
import { nodeKind } from "./translate/node.ts";
import { serviceKind } from "./translate/service.ts";

/** Where the names of a cluster point, as the server has it. */
interface DestinationPort {
  readonly readClusterIPs: () => Promise<readonly string[]>;
  readonly writeClusterIPs: (addresses: readonly Address[]) => Promise<void>;
  readonly readTargets: () => Promise<TargetMode>;
  /** One that somebody gave stays where this one was chosen. */
  readonly writeTargets: (targets: TargetMode, isChosen: boolean) => Promise<void>;
}

interface DestinationOptions {
  readonly model: ClusterModel;
  /** The target mode, or `auto` for what the cluster has; undefined for that, unless somebody gave the server another. */
  readonly targets: TargetChoice | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly probe?: Probe;
  readonly port: DestinationPort;
  readonly onFailure: (error: unknown) => void;
}

/** Milliseconds between tries while nobody listens, and while the server does not take the choice. */
const listenWaits = { first: 1_000, most: 60_000, mostLater: 60_000, later: 0 } as const;
const serverWaits = { first: 50, most: 2_000, mostLater: 2_000, later: 0 } as const;

/** Kinds whose objects say where the names lead. */
const decisiveKinds = [nodeKind, serviceKind, gatewayKind];

export class DestinationFollower {
  readonly #options: DestinationOptions;
  #seen = "";
  /** Of the model, as of the last look. */
  #revisions = "";
  #changed = new AbortController();
  #choice: ClusterIPChoice | undefined;

  constructor(options: DestinationOptions) {
    this.#options = options;
  }

  /** The last choice that the server was told, with what was tried. */
  get choice(): ClusterIPChoice | undefined {
    return this.#choice;
  }

  /** The model has changed. Most changes do not affect where the names lead. */
  look(): void {
    const { model } = this.#options;
    const revisions = decisiveKinds.map((kind) => model.revision(kind)).join();
    if (revisions === this.#revisions) return;
    this.#revisions = revisions;
    if (decisiveKinds.some((kind) => model.knowledge(kind) === "pending")) return;
    const facts = factsOf(model);
    const seen = JSON.stringify([findCandidates(facts), chooseTargetMode(facts, [])]);
    if (seen === this.#seen) return;
    this.#seen = seen;
    this.#changed.abort();
  }

  /** The server may have lost what it was told. */
  lookAgain(): void {
    this.#changed.abort();
  }

  /** Follows until the signal aborts. As long as nobody listens at the address, it keeps trying the others. */
  async run(): Promise<void> {
    const { clock, signal, onFailure } = this.#options;
    const [listening, serving] = [new Backoff(clock, listenWaits), new Backoff(clock, serverWaits)];
    while (!signal.aborted) {
      const changed = this.#changed;
      if (this.#seen !== "") {
        const isSure = await this.choose().catch((error: unknown) => {
          if (!signal.aborted) onFailure(error);
          return undefined;
        });
        const early = AbortSignal.any([signal, changed.signal]);
        if (isSure !== undefined) serving.succeeded();
        if (isSure === undefined) await serving.wait(early);
        else if (isSure) listening.succeeded();
        else await listening.wait(early);
        if (isSure !== true && !changed.signal.aborted) continue;
      }
      if (!changed.signal.aborted) await clock.sleep(2 ** 31 - 1, AbortSignal.any([signal, changed.signal]));
      this.#changed = new AbortController();
    }
  }

  /**
   * Chooses once, and tells the server where that changes something. An address of before that still is one of the
   * cluster's stays while nobody listens anywhere.
   *
   * @returns whether somebody listens at the address
   */
  async choose(): Promise<boolean> {
    const { model, probe = probeAddress, port, targets: wish } = this.#options;
    const facts = factsOf(model);
    const candidates = findCandidates(facts);
    // What the server has is read while the addresses are tried.
    const [choice, present, mode] = await Promise.all([
      chooseClusterIP(candidates, probe),
      port.readClusterIPs(),
      port.readTargets(),
    ]);
    if (choice === undefined) return false;
    const isCandidate = present.some((address) => candidates.some((candidate) => candidate.address === address));
    const isKept = !choice.isListening && isCandidate;
    if (!isKept && present.join() !== choice.clusterIPs.join()) await port.writeClusterIPs(choice.clusterIPs);
    const targets = wish === undefined || wish === "auto" ? chooseTargetMode(facts, choice.clusterIPs).targets : wish;
    if (mode !== targets) await port.writeTargets(targets, wish === undefined);
    this.#choice = choice;
    return choice.isListening;
  }
}

type DestinationFacts = Pick<ClusterFacts, "nodes" | "services" | "gateways">;

function factsOf(model: ClusterModel): DestinationFacts {
  return {
    nodes: [...model.objects(nodeKind)].flatMap((object) => readNode(object) ?? []),
    services: [...model.objects(serviceKind)].flatMap((object) => readService(object) ?? []),
    gateways: [...model.objects(gatewayKind)].flatMap((object) => readGateway(object) ?? []),
  };
}
