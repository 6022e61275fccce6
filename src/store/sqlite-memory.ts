/** What is remembered of calls, in a table of its own: written seldom, since nobody needs it to the second after a crash. */
import { type SourceCall, type Contact, type Memory, type Negotiation, noContact } from "../engine/memory.ts";
import type { ClusterName } from "../records/cluster.ts";
import type { ClusterFeed, Feed } from "../records/feed.ts";
import type { SqliteConnection } from "./connection.ts";
import { readContactRow } from "./row.ts";

/** Milliseconds between two times that "last heard" is written to disk, and how long a silence is. */
const heardInterval = 3_600_000;
const silenceInterval = 600_000;

interface Held extends ClusterFeed {
  readonly contact: Contact;
  readonly negotiation: Negotiation | undefined;
  /** What of the contact is on disk. */
  readonly saved: Pick<Contact, "heardAt" | "silentFor">;
}

export class SQLiteMemory implements Memory {
  readonly #connection: SqliteConnection;
  readonly #held = new Map<string, Held>();
  /** Those whose negotiation is to be written once the change under way is over. */
  readonly #unsaved = new Set<string>();

  /**
   * Reads all of it.
   *
   * @throws DamageError when a row breaks a rule
   */
  constructor(connection: SqliteConnection) {
    this.#connection = connection;
    for (const row of connection.prepare("SELECT * FROM contact").iterate()) {
      const { contact, ...rest } = readContactRow(row);
      this.#held.set(keyOf(rest), { ...rest, contact, saved: contact });
    }
  }

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
    const { contact, saved, ...held } = this.#of(of);
    const isDue = saved.silentFor > 0 || at - (saved.heardAt ?? Number.NEGATIVE_INFINITY) >= heardInterval;
    const fresh = { heardAt: at, caller, matchedIP: matchedIP ?? contact.matchedIP, silentFor: 0 };
    this.#set({ ...held, saved, contact: fresh }, isDue);
  }

  elapse(milliseconds: number): void {
    for (const held of this.#held.values()) {
      if (held.contact.heardAt === undefined) continue;
      const silentFor = held.contact.silentFor + Math.round(milliseconds);
      this.#set(
        { ...held, contact: { ...held.contact, silentFor } },
        silentFor - held.saved.silentFor >= silenceInterval,
      );
    }
  }

  negotiated(of: ClusterFeed, negotiation: Negotiation): void {
    const held = { ...this.#of(of), negotiation };
    if (this.#connection.isInTransaction) this.#unsaved.add(keyOf(of));
    else this.#saveNegotiation(held);
    this.#held.set(keyOf(of), held);
  }

  drop(of: ClusterFeed): void {
    this.#connection.run("DELETE FROM contact WHERE cluster = ? AND feed = ?", of.cluster, of.feed);
    this.#held.delete(keyOf(of));
  }

  /** Forgets all feeds of a cluster, within the transaction that removes it. */
  deleteRows(cluster: ClusterName): void {
    this.#connection.run("DELETE FROM contact WHERE cluster = ?", cluster);
  }

  /** Forgets what {@link deleteRows} has removed, once that is sure. */
  forget(cluster: ClusterName): void {
    for (const [key, held] of this.#held) if (held.cluster === cluster) this.#held.delete(key);
  }

  /** Writes what was noted during a change. */
  saveNoted(): void {
    for (const key of this.#unsaved) {
      const held = this.#held.get(key);
      if (held !== undefined) this.#saveNegotiation(held);
      this.#unsaved.delete(key);
    }
  }

  /** Writes everything that is not on disk. */
  saveAll(): void {
    for (const held of this.#held.values()) {
      const { contact, saved } = held;
      if (contact.heardAt !== saved.heardAt || contact.silentFor !== saved.silentFor) this.#set(held, true);
    }
  }

  /** Within somebody else's transaction, which may be rolled back, nothing is written; it is due the next time. */
  #set(held: Held, isWanted: boolean): void {
    const isDue = isWanted && !this.#connection.isInTransaction;
    if (isDue) this.#saveContact(held);
    this.#held.set(keyOf(held), isDue ? { ...held, saved: held.contact } : held);
  }

  #saveContact({ cluster, feed, contact }: Held): void {
    const { heardAt = null, caller = null, matchedIP = null, silentFor } = contact;
    const sql = `INSERT INTO contact (cluster, feed, heard_at, caller, matched_ip, silent_for) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET heard_at = excluded.heard_at, caller = excluded.caller,
        matched_ip = excluded.matched_ip, silent_for = excluded.silent_for`;
    this.#connection.run(sql, cluster, feed, heardAt, caller, matchedIP, silentFor);
  }

  #saveNegotiation({ cluster, feed, negotiation }: Held): void {
    const sql = `INSERT INTO contact (cluster, feed, negotiation) VALUES (?, ?, ?)
      ON CONFLICT DO UPDATE SET negotiation = excluded.negotiation`;
    this.#connection.run(sql, cluster, feed, JSON.stringify(negotiation));
  }

  #of({ cluster, feed }: ClusterFeed): Held {
    const nothing: Held = { cluster, feed, contact: noContact, negotiation: undefined, saved: noContact };
    return this.#held.get(keyOf({ cluster, feed })) ?? nothing;
  }
}

function keyOf({ cluster, feed }: ClusterFeed): string {
  return `${cluster}\0${feed}`;
}
