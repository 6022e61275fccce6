/** The DNS responder as a sink: it answers for what the view holds, from memory, and nothing can go wrong but its sockets. */
import { inSlices } from "../../base/slices.ts";
import { type Trouble, bugTrouble } from "../../base/trouble.ts";
import type { HeldSocket, Responder, ResponderFacts, Transport } from "../../engine/responder.ts";
import type { Refused, Sink, SinkReport } from "../../engine/sink.ts";
import { isLoopback } from "../../records/address.ts";
import { type ListenAddress } from "../../records/listen-address.ts";
import { type View, emptyView } from "../../records/view.ts";
import { type Zones, zonesInSteps } from "../../records/zone.ts";
import { finish } from "../../base/steps.ts";
import type { Answerer } from "./answerer.ts";
import { type Knowledge, knowledgeOf } from "./packet/answer.ts";
import { type Response, respond } from "./packet/respond.ts";
import { QueryCounts } from "./query-counts.ts";
import { refusalsOf, refuseAll } from "./refusal.ts";
import { Sockets } from "./sockets.ts";

export interface DNSSinkOptions {
  /** Where to listen, beside the sockets that are held. */
  readonly places: readonly ListenAddress[];
  /** Sockets that a service manager holds. */
  readonly held?: readonly HeldSocket[];
  /** Whether somebody asked for the responder; true unless given. If not, nothing is said of a port that another server has. */
  readonly isAsked?: boolean;
  /** Seconds that an answer may be kept at most; a record may say less. */
  readonly mostTTL?: number | undefined;
  /** Whether an address beyond loopback may ask. */
  readonly mayAsk: (remote: string) => boolean;
  /** Called when a socket opened or failed, so that the view is shown again and the report says so. */
  readonly onSocketChange: () => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Opens the sink. Its sockets open with the first view, so that no answer comes before it. */
export function openDNSSink(options: DNSSinkOptions): Sink & Responder {
  return new DNSSink(options);
}

class DNSSink implements Sink, Responder {
  readonly id = "dns";
  readonly title = "DNS responder";
  readonly isInMemory = true;
  readonly #counts = new QueryCounts();
  readonly #sockets: Sockets;
  #zones: Zones = finish(zonesInSteps(emptyView));
  #known: Knowledge;
  /** Grows with each view, also from one start to the next. */
  #serial: number;
  readonly #mostTTL: number | undefined;
  readonly #onChange: () => void;
  /** What nobody expected, until the next view. */
  #bug: Trouble | undefined;

  constructor({ places, held = [], isAsked = true, mostTTL, mayAsk, onSocketChange, now }: DNSSinkOptions) {
    this.#serial = Math.floor(now() / 1000) % 2 ** 32;
    const to: Answerer = {
      answer: (packet, transport) => this.#answer(packet, transport),
      mayAsk: (remote) => isLoopback(remote) || mayAsk(remote),
      counts: this.#counts,
    };
    this.#mostTTL = mostTTL;
    this.#known = this.#know();
    this.#onChange = onSocketChange;
    this.#sockets = new Sockets({ places, held, isAsked, to, onChange: onSocketChange });
  }

  facts(): ResponderFacts {
    return { ...this.#counts.facts, sockets: this.#sockets.facts };
  }

  async apply(view: View): Promise<SinkReport> {
    const before = { zones: this.#zones, changes: this.#zones.changes };
    this.#zones = await inSlices(zonesInSteps(view, before.zones));
    const isNew = this.#zones !== before.zones || this.#zones.changes !== before.changes;
    if (isNew) {
      this.#serial = (this.#serial + 1) % 2 ** 32;
      this.#known = this.#know();
      this.#bug = undefined;
    }
    await this.#sockets.open();
    return {
      ok: true,
      method: isNew ? "memory" : "unchanged",
      diff: { added: [], removed: [] },
      refused: this.#refused(view),
      notices: [...this.#sockets.troubles, ...(this.#bug === undefined ? [] : [this.#bug])],
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sockets[Symbol.asyncDispose]();
  }

  /** A packet that meets a bug gets no answer, and the server goes on. */
  #answer(packet: Uint8Array, transport: Transport): Response | undefined {
    try {
      return respond(packet, transport, this.#known, allocate);
    } catch (error) {
      if (this.#bug === undefined) {
        this.#bug = bugTrouble("A DNS query could not be answered", error);
        this.#onChange();
      }
      return undefined;
    }
  }

  #know(): Knowledge {
    return knowledgeOf(this.#zones, this.#serial, { mostTTL: this.#mostTTL });
  }

  #refused({ entries }: View): readonly Refused[] {
    if (!this.#sockets.facts.some(({ isOpen }) => isOpen)) return refuseAll(entries);
    return entries.filter(({ others }) => others.length > 0).flatMap(refusalsOf);
  }
}

function allocate(length: number): Uint8Array {
  return Buffer.allocUnsafe(length);
}
