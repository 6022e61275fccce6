/** What a team publishes, as desktops follow it: all keys at one revision, and the latest changes. */
import type { EtcdHeader } from "../../etcd/model.ts";
import type { Change } from "../change.ts";
import { isOwnProjection } from "../plan/keys.ts";
import type { PublishedKeys } from "../published-keys.ts";
import { ChangeLog, type LoggedChange } from "./change-log.ts";
import type { FollowPosition } from "./lines.ts";

interface Options {
  /** Where the projection lies, as in `/skydns`. */
  readonly path: string;
  /** Of the list that the keys are filled from. */
  readonly header: EtcdHeader;
  readonly keys: PublishedKeys;
}

/** Why a desktop's position means nothing here, or not any more. */
export type GoneReason = "compacted" | "other-cluster" | "older";

/** Revisions before the list whose changes are read from etcd, so that desktops go on where they were after a restart. */
const historyLength = 10_000n;

/** Characters of a key and of a value that desktops are told, as they read them (src/contract/follow.ts). */
const [keyMost, valueMost] = [600, 16 * 1024];

export class Publication {
  readonly log: ChangeLog;
  readonly #options: Options;
  /** The furthest that is known of etcd. */
  #known: EtcdHeader;
  #revision: bigint;
  #reached: bigint;

  constructor(options: Options) {
    this.#options = options;
    this.#known = options.header;
    this.#revision = options.header.revision;
    this.#reached = this.historyStart;
    this.log = new ChangeLog(this.historyStart);
  }

  /** The revision that {@link items} are of. */
  get revision(): bigint {
    return this.#revision;
  }

  /** The revision up to which every change has come. It is behind {@link revision} while history is being read. */
  get reached(): bigint {
    return this.#reached;
  }

  /** After which revision changes should be read, so that there is some history. */
  get historyStart(): bigint {
    const { revision } = this.#options.header;
    return revision > historyLength ? revision - historyLength : 0n;
  }

  /** Every key with its value, as they are now. */
  items(): readonly LoggedChange[] {
    const items: LoggedChange[] = [];
    for (const [key, { text }] of this.#options.keys.entries()) {
      const told = this.#told(key, text);
      if (told?.value !== undefined) items.push(told);
    }
    return items;
  }

  /**
   * Notes changes.
   *
   * @returns those that the keys must take over; the others are history from before the list
   */
  take(changes: readonly Change[]): readonly Change[] {
    for (const [revision, all] of Map.groupBy(changes, (change) => change.revision)) {
      const told = all.flatMap(({ key, item }) => this.#told(key, item?.value.toString()) ?? []);
      if (told.length > 0) this.log.add({ revision, changes: told });
      if (revision > this.#revision) this.#revision = revision;
    }
    return changes.filter(({ revision }) => revision > this.#options.header.revision);
  }

  /** Notes that every change up to a revision was taken. */
  reach(revision: bigint): void {
    this.#reached = revision;
  }

  /** Notes how far etcd has come. */
  note(header: EtcdHeader): void {
    const { clusterId, revision, raftTerm } = this.#known;
    this.#known = {
      clusterId,
      revision: header.revision > revision ? header.revision : revision,
      raftTerm: header.raftTerm > raftTerm ? header.raftTerm : raftTerm,
    };
  }

  /** The position of a revision. */
  position(revision: bigint): FollowPosition {
    const { clusterId, raftTerm } = this.#known;
    return { cluster: String(clusterId), revision: String(revision), term: String(raftTerm) };
  }

  /** Whether a position is further than what is known here, so that etcd must be asked what to make of it. */
  isAhead({ revision, term }: FollowPosition): boolean {
    return BigInt(revision) > this.#known.revision || BigInt(term) > this.#known.raftTerm;
  }

  /** Why nobody can go on from a position, if so; to be asked once etcd was asked about one that {@link isAhead}. */
  reasonGone(position: FollowPosition): GoneReason | undefined {
    if (position.cluster !== String(this.#known.clusterId)) return "other-cluster";
    if (this.isAhead(position)) return "older";
    return BigInt(position.revision) < this.log.floor ? "compacted" : undefined;
  }

  /** As desktops are told it; undefined for what is not the team's. */
  #told(key: string, text: string | undefined): LoggedChange | undefined {
    const told = key.slice(this.#options.path.length);
    if (!isOwnProjection(key) || told.length > keyMost) return undefined;
    return { key: told, value: text !== undefined && text.length <= valueMost ? text : undefined };
  }
}
