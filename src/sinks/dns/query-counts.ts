/** Counts what was asked and how long an answer took; a count costs far less than an answer. */
import { rcodeNames, typeName } from "./packet/protocol.ts";
import type { DropReason, QueryCount, QueryFacts, Transport } from "../../engine/responder.ts";
import type { Response } from "./packet/respond.ts";

/** Upper bounds in seconds, as a histogram of Prometheus has them. */
const latencyBounds: readonly number[] = [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.01, 0.05, 0.25];

const boundsInMilliseconds = latencyBounds.map((bound) => bound * 1000);

export class QueryCounts {
  /** By type, response code and transport in one number. */
  readonly #queries = new Map<number, number>();
  readonly #drops = { "not-allowed": 0, malformed: 0, "too-many-connections": 0 };
  readonly #slots = latencyBounds.map(() => 0);
  #total = 0;
  #milliseconds = 0;
  #last: number | undefined;

  /** @param started - when the packet was there, as `performance.now()` */
  answered({ question, rcode }: Response, transport: Transport, started: number): void {
    const type = question === undefined ? noType : question.type;
    const key = (type << 8) | (rcode << 1) | Number(transport === "tcp");
    this.#queries.set(key, (this.#queries.get(key) ?? 0) + 1);
    this.#last = performance.now();
    const took = this.#last - started;
    this.#total += 1;
    this.#milliseconds += took;
    const slot = boundsInMilliseconds.findIndex((bound) => took <= bound);
    if (slot >= 0) this.#slots[slot] = (this.#slots[slot] ?? 0) + 1;
  }

  dropped(reason: DropReason): void {
    this.#drops[reason] += 1;
  }

  get facts(): QueryFacts {
    let sum = 0;
    const buckets = latencyBounds.map((bound, index) => ({ bound, count: (sum += this.#slots[index] ?? 0) }));
    return {
      queries: this.#named(),
      drops: { ...this.#drops },
      latency: { buckets, total: this.#total, seconds: this.#milliseconds / 1000 },
      lastAt: this.#last === undefined ? undefined : performance.timeOrigin + this.#last,
    };
  }

  #named(): readonly QueryCount[] {
    const counts = new Map<string, QueryCount>();
    for (const [key, count] of this.#queries) {
      const type = key >>> 8 === noType ? "none" : typeName(key >>> 8);
      const rcode = rcodeNames.get((key >>> 1) & 0x7f) ?? "other";
      const transport = (key & 1) === 1 ? "tcp" : "udp";
      const name = [type, rcode, transport].join(" ");
      counts.set(name, { type, rcode, transport, count: count + (counts.get(name)?.count ?? 0) });
    }
    return [...counts.values()];
  }
}

/** One more than a type can be. */
const noType = 65_536;
