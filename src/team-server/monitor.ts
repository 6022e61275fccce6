/** Looks at etcd now and then: how each endpoint is, whether there is a quorum, and whether this server keeps up. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Trouble } from "../base/trouble.ts";
import type { EndpointFacts, TeamServerFacts } from "../engine/team-server-facts.ts";
import type { EtcdClient, MemberStatus } from "../etcd/client.ts";
import { imitated } from "../etcd/failure.ts";
import { isOfEtcd } from "../etcd/model.ts";
import type { Follower } from "./follower.ts";
import { readLastHead } from "./last-head.ts";

interface MonitorOptions {
  readonly client: EtcdClient;
  readonly follower: Follower;
  /** Told when an endpoint, or the quorum, came or went. */
  readonly onChange: (change: MonitorChange) => void;
}

/** What came or went. */
export interface MonitorChange {
  readonly place: string;
  /** Undefined for an endpoint that answers again. */
  readonly trouble: Trouble | undefined;
}

/** Milliseconds between two looks. */
const interval = 10_000;

/** Milliseconds between two looks while something is wrong. */
const hurry = 2_000;

export class Monitor implements AsyncDisposable {
  readonly #options: MonitorOptions;
  readonly #ending = new AbortController();
  readonly #endpoints: Map<string, EndpointFacts>;
  #quorum: TeamServerFacts["quorum"];
  /** As `performance.now()`, since when etcd has had more than this server knows. */
  #behindSince: number | undefined;
  #ended: Promise<void> | undefined;

  constructor(options: MonitorOptions) {
    this.#options = options;
    const unknown = options.client.places.map((place) => ({ place, trouble: undefined, said: undefined }));
    this.#endpoints = new Map(unknown.map((facts) => [facts.place, facts]));
  }

  get endpoints(): readonly EndpointFacts[] {
    return [...this.#endpoints.values()];
  }

  get quorum(): TeamServerFacts["quorum"] {
    return this.#quorum;
  }

  /** Milliseconds for which the server has not known what etcd has. */
  get lag(): number {
    return this.#behindSince === undefined ? 0 : performance.now() - this.#behindSince;
  }

  start(): void {
    this.#ended ??= this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await Promise.all([this.#lookAtQuorum(), ...this.#options.client.places.map((place) => this.#lookAt(place))]);
      const isWell = this.#quorum?.isThere === true && this.endpoints.every(({ trouble }) => trouble === undefined);
      await sleep(isWell ? interval : hurry, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #lookAt(place: string): Promise<void> {
    const start = performance.now();
    const result = await this.#options.client.status(place);
    const milliseconds = performance.now() - start;
    const before = this.#endpoints.get(place)?.trouble;
    const trouble = result.ok ? undefined : result.failure.trouble;
    const said = result.ok ? { ...describe(result.value, place), milliseconds } : undefined;
    this.#endpoints.set(place, { place, trouble, said });
    if (before?.message !== trouble?.message && !this.#ending.signal.aborted) {
      this.#options.onChange({ place, trouble });
    }
  }

  async #lookAtQuorum(): Promise<void> {
    const { client, follower } = this.#options;
    const start = performance.now();
    const last = await readLastHead(client);
    this.#quorum = { isThere: last.ok, milliseconds: performance.now() - start };
    const isBehind = last.ok ? (follower.store?.revision ?? 0n) < last.value : this.#behindSince !== undefined;
    this.#behindSince = isBehind ? (this.#behindSince ?? start) : undefined;
  }
}

function describe(status: MemberStatus, place: string): Omit<NonNullable<EndpointFacts["said"]>, "milliseconds"> {
  const { version, header, leader, memberId, databaseBytes, errors, isLearner } = status;
  return {
    version,
    isLeader: leader === memberId && leader !== 0n,
    hasLeader: leader !== 0n,
    isLearner,
    databaseBytes,
    alarms: errors,
    imitation: isOfEtcd(header) ? undefined : imitated(place),
  };
}
