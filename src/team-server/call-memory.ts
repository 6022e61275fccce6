/** What a team server remembers of the calls of sources: in memory alone, since any other server may get the next call. */
import { type Contact, type Memory, type Negotiation, type SourceCall, noContact } from "../engine/memory.ts";
import type { ClusterName } from "../records/cluster.ts";
import type { ClusterFeed, Feed } from "../records/feed.ts";

interface Held extends ClusterFeed {
  readonly contact: Contact;
  readonly negotiation: Negotiation | undefined;
}

export class CallMemory implements Memory {
  readonly #held = new Map<string, Held>();

  feedsHeard(cluster: ClusterName): readonly Feed[] {
    const heard = this.#held.values().filter((held) => held.cluster === cluster && held.contact.heardAt !== undefined);
    return Array.from(heard, ({ feed }) => feed);
  }

  contact(of: ClusterFeed): Contact {
    return this.#of(of).contact;
  }

  negotiation(of: ClusterFeed): Negotiation | undefined {
    return this.#of(of).negotiation;
  }

  heard(of: ClusterFeed, { at, caller, matchedIP }: SourceCall): void {
    const held = this.#of(of);
    const contact = { heardAt: at, caller, matchedIP: matchedIP ?? held.contact.matchedIP, silentFor: 0 };
    this.#held.set(keyOf(of), { ...held, contact });
  }

  negotiated(of: ClusterFeed, negotiation: Negotiation): void {
    this.#held.set(keyOf(of), { ...this.#of(of), negotiation });
  }

  drop(of: ClusterFeed): void {
    this.#held.delete(keyOf(of));
  }

  elapse(milliseconds: number): void {
    for (const [key, held] of this.#held) {
      const silentFor = held.contact.silentFor + Math.round(milliseconds);
      this.#held.set(key, { ...held, contact: { ...held.contact, silentFor } });
    }
  }

  #of({ cluster, feed }: ClusterFeed): Held {
    const nothing = { cluster, feed, contact: noContact, negotiation: undefined };
    return this.#held.get(keyOf({ cluster, feed })) ?? nothing;
  }
}

function keyOf({ cluster, feed }: ClusterFeed): string {
  return `${cluster}\0${feed}`;
}
