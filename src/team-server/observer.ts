/** What a team server's parts know of etcd, put together for status, metrics and doctor. */
import type { Trouble } from "../base/trouble.ts";
import type { TeamServerFacts, TeamServerObserver, Writing } from "../engine/team-server-facts.ts";
import type { EtcdClient } from "../etcd/client.ts";
import type { Follower } from "./follower.ts";
import type { Monitor } from "./monitor.ts";
import type { ProjectionSink } from "./projection-sink.ts";
import type { Writer } from "./writer.ts";
import { findWritings } from "./writings.ts";

interface ObserverOptions {
  readonly client: EtcdClient;
  /** Where the projection lies, as in `/skydns`. */
  readonly path: string;
  readonly follower: Follower;
  readonly writer: Writer;
  readonly monitor: Monitor;
  readonly projection: ProjectionSink;
}

/** Keys of a list that people are told. */
const mostListed = 10;

export class Observer implements TeamServerObserver {
  readonly #options: ObserverOptions;

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  facts(): TeamServerFacts {
    const { path, follower, writer, monitor, projection } = this.#options;
    const { store } = follower;
    const broken = store?.publishedKeys.broken ?? [];
    const unreadable = store?.unreadable ?? [];
    return {
      team: store?.meta?.name,
      path,
      revision: store?.revision,
      trouble: follower.trouble,
      since: follower.since,
      lists: follower.lists,
      endpoints: monitor.endpoints,
      quorum: monitor.quorum,
      lag: monitor.lag,
      transactions: writer.transactions,
      projection: {
        keys: store?.projection.wanted.size ?? 0,
        repairs: projection.repairs,
        broken: broken.slice(0, mostListed),
        brokenTotal: broken.length,
      },
      unreadable: unreadable.slice(0, mostListed),
      unreadableTotal: unreadable.length,
    };
  }

  async writings(name: string): Promise<readonly Writing[] | Trouble> {
    const found = await findWritings(this.#options, name);
    return found.ok ? found.value : found.failure.trouble;
  }
}
