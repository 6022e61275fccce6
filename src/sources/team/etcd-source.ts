/** A team's store on etcd: lists at one revision, and watches from the next one on. */
import type { Trouble } from "../../base/trouble.ts";
import type { TeamLink, TeamPosition } from "../../engine/teams.ts";
import type { EtcdURL } from "../../etcd/address.ts";
import { EtcdClient } from "../../etcd/client.ts";
import type { EtcdAccess, EtcdEvent, EtcdHeader, EtcdItem, KeyRange, WatchNews } from "../../etcd/model.ts";
import { rangeOfPrefix } from "../../etcd/model.ts";
import { outermost } from "../../records/managed-domain.ts";
import type { TeamRow } from "../../records/team.ts";
import { nodePrefix } from "../../records/skydns-key.ts";
import { isLinkEncrypted, readLink } from "./link.ts";
import type { KeyChange } from "./skydns/team-model.ts";
import type { TeamList, TeamNews, TeamSource, TeamWritingsAnswer } from "./team-source.ts";

function accessOf(link: TeamLink, url: EtcdURL): EtcdAccess {
  const { authority, identity, login } = link;
  const tls = isLinkEncrypted(link, url)
    ? { authority, certificate: identity?.certificate, key: identity?.key }
    : undefined;
  return { endpoints: url.endpoints, tls, login };
}

/** Keys of a name that are asked for; one for each address is usual. */
const mostKeysAsked = 8;

export class EtcdTeamSource implements TeamSource {
  readonly #access: EtcdAccess;
  #client: EtcdClient;
  readonly #ranges: readonly KeyRange[];

  /**
   * Connects at the first call.
   *
   * @param link - with a URL that {@link readLink} reads
   * @param domains - as in `dev.example.com`
   */
  constructor(link: TeamLink, domains: readonly string[]) {
    const url = readLink(link.url);
    if (url === undefined) throw new Error(`not a link: ${link.url}`);
    this.#access = accessOf(link, url);
    this.#client = new EtcdClient(this.#access);
    // A domain within another needs no watch of its own.
    this.#ranges = outermost(domains).map((domain) => rangeOfPrefix(nodePrefix(url.path, domain)));
  }

  async list(take: (page: readonly KeyChange[]) => void, signal: AbortSignal): Promise<TeamList> {
    let header: EtcdHeader | undefined;
    for (const range of this.#ranges) {
      const at = header?.revision;
      const result = await this.#client.list(range, (items) => take(items.map(toChange)), { at });
      if (signal.aborted) return { ok: false, trouble: stopped };
      if (!result.ok) return { ok: false, trouble: result.failure.trouble };
      header ??= result.value;
    }
    return header === undefined ? { ok: false, trouble: stopped } : { ok: true, position: toPosition(header) };
  }

  /** In SkyDNS layout nobody says who they are, and etcd has no time: what is known is when a key was changed, as a revision. */
  async writings({ keys }: TeamRow): Promise<TeamWritingsAnswer> {
    const found: { readonly key: string; readonly revision: string }[] = [];
    for (const [key] of keys.slice(0, mostKeysAsked)) {
      const read = await this.#client.get(key);
      if (!read.ok) return { ok: false, trouble: read.failure.trouble };
      const { item } = read.value;
      if (item !== undefined) found.push({ key, revision: item.modRevision.toString() });
    }
    return { ok: true, found: { via: this.#client.places.join(","), writings: null, keys: found } };
  }

  /**
   * Each domain has a watch of its own, since a user's role may open each alone. What was told of all of them is the
   * least of what was told of each; after a cut, a change of another domain may be told again.
   */
  async *follow(from: TeamPosition, signal: AbortSignal): AsyncGenerator<TeamNews, void> {
    const stopping = new AbortController();
    const either = AbortSignal.any([signal, stopping.signal]);
    const start = BigInt(from.revision) + 1n;
    const reached = new Map(this.#ranges.map((range) => [range.from, BigInt(from.revision)]));
    const waiting = new Set(reached.keys());
    try {
      for await (const { range, news } of mergeWatches(this.#client, this.#ranges, start, either)) {
        if (news.kind === "compacted") return yield { kind: "gone", reason: "compacted" };
        if (news.kind === "refused" || news.kind === "broken") {
          return yield { kind: "broken", trouble: news.failure.trouble };
        }
        const reason = strangeness(news.header, from);
        if (reason !== undefined) return yield { kind: "gone", reason };
        if (news.kind === "created") {
          if (waiting.delete(range.from) && waiting.size === 0) yield { kind: "live" };
          continue;
        }
        reached.set(range.from, revisionOf(news));
        const revision = [...reached.values()].reduce((least, each) => (each < least ? each : least));
        const position = toPosition({ ...news.header, revision });
        if (news.kind === "bookmark") yield { kind: "bookmark", position };
        else yield { kind: "changes", position, changes: news.events.map(eventToChange) };
      }
    } finally {
      stopping.abort();
    }
  }

  renew(): void {
    this.#client[Symbol.dispose]();
    this.#client = new EtcdClient(this.#access);
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }
}

interface Told {
  readonly range: KeyRange;
  readonly news: WatchNews;
}

/** The news of several watches, as they come. */
async function* mergeWatches(
  client: EtcdClient,
  ranges: readonly KeyRange[],
  from: bigint,
  signal: AbortSignal,
): AsyncGenerator<Told, void> {
  const watches = ranges.map((range) => ({ range, news: client.watch(range, from, signal) }));
  type Watch = (typeof watches)[number];
  const step = async (watch: Watch): Promise<{ watch: Watch; result: IteratorResult<WatchNews, void> }> => ({
    watch,
    result: await watch.news.next(),
  });
  const pending = new Map(watches.map((watch) => [watch, step(watch)]));
  while (pending.size > 0) {
    const { watch, result } = await Promise.race(pending.values());
    if (result.done === true) {
      pending.delete(watch);
      continue;
    }
    pending.set(watch, step(watch));
    yield { range: watch.range, news: result.value };
  }
}

/** Why a position means nothing to the store that answers, if so. */
function strangeness(header: EtcdHeader, from: TeamPosition): "other-cluster" | "older" | undefined {
  if (header.clusterId.toString() !== from.cluster) return "other-cluster";
  // After an older snapshot was restored, the wanted revision would come to mean something else.
  if (header.revision < BigInt(from.revision) || header.raftTerm < BigInt(from.term)) return "older";
  return undefined;
}

function revisionOf(news: Extract<WatchNews, { kind: "events" | "bookmark" }>): bigint {
  const last = news.kind === "events" ? news.events.at(-1) : undefined;
  return last?.modRevision ?? news.header.revision;
}

function toPosition({ clusterId, revision, raftTerm }: EtcdHeader): TeamPosition {
  return { cluster: clusterId.toString(), revision: revision.toString(), term: raftTerm.toString() };
}

function toChange({ key, value }: EtcdItem): KeyChange {
  return { key, value: value.toString() };
}

function eventToChange(event: EtcdEvent): KeyChange {
  return event.kind === "put" ? toChange(event.item) : { key: event.key, value: undefined };
}

const stopped: Trouble = { code: "team-unreachable", message: "The list was ended.", hint: "It is made again." };
