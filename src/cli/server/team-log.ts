/** `hostsfile-server team log`: who changed what in a team's store, as far back as etcd keeps history. */
import { printable, printableJSON } from "../../base/printable.ts";
import { TroubleError } from "../../base/trouble.ts";
import { EtcdClient } from "../../etcd/client.ts";
import { type EtcdEvent, rangeOfPrefix } from "../../etcd/model.ts";
import type { ClusterName } from "../../records/cluster.ts";
import { ownPrefix, parseOwnKey } from "../../team-server/plan/keys.ts";
import { type Stamp, readHead } from "../../team-server/plan/values.ts";
import { orThrow } from "./team-init.ts";
import { type StoreSettings, requireAccess } from "./store-settings.ts";

/** What one transaction changed. */
interface Entry {
  readonly revision: string;
  readonly at: string | null;
  readonly by: string | null;
  readonly cluster: string | null;
  readonly changes: readonly string[];
}

/**
 * Prints the history up to now, the oldest change first.
 *
 * @returns the exit code
 * @throws TroubleError when etcd does not answer
 */
export async function logTeam({
  json,
  ...settings
}: StoreSettings & { readonly json: boolean | undefined }): Promise<number> {
  using client = new EtcdClient(requireAccess(settings));
  // What removes keys puts a head as well, so the change that was the last is found by the keys that are there.
  const { item } = orThrow(await client.lastChanged(rangeOfPrefix(ownPrefix)));
  if (item === undefined) return 0;
  for await (const entry of history(client, item.modRevision)) {
    process.stdout.write(json === true ? `${printableJSON(entry)}\n` : textOf(entry));
  }
  return 0;
}

async function* history(client: EtcdClient, last: bigint): AsyncGenerator<Entry> {
  const stamps: Stamps = new Map();
  // Where the history was compacted, it begins with the revision after.
  for (let from: bigint | undefined = 1n; from !== undefined;) {
    const ending = new AbortController();
    const begin: bigint = from;
    from = undefined;
    for await (const news of client.watch(rangeOfPrefix(ownPrefix), begin, ending.signal)) {
      if (news.kind === "refused" || news.kind === "broken") throw new TroubleError(news.failure.trouble);
      if (news.kind === "compacted") {
        process.stderr.write(`etcd keeps nothing of what came before revision ${news.revision + 1n}.\n`);
        // Nothing more would come.
        from = news.revision < last ? news.revision + 1n : undefined;
      }
      if (news.kind !== "events") continue;
      yield* entriesOf(news.events, stamps);
      if ((news.events.at(-1)?.modRevision ?? 0n) >= last) return;
    }
  }
}

/** Who changed each cluster last: of a change in several transactions the first says it, and the last once more. */
type Stamps = Map<ClusterName, Stamp>;

function entriesOf(events: readonly EtcdEvent[], stamps: Stamps): readonly Entry[] {
  const byRevision = Map.groupBy(events, ({ modRevision }) => modRevision);
  return Array.from(byRevision, ([revision, together]) => {
    let cluster: ClusterName | undefined;
    for (const event of together) {
      const own = parseOwnKey(event.key);
      if (own === undefined || !("cluster" in own)) continue;
      ({ cluster } = own);
      const stamp = own.kind === "head" && event.kind === "put" ? readHead(event.item.value.toString()) : undefined;
      if (stamp !== undefined) stamps.set(cluster, stamp);
    }
    const stamp = cluster && stamps.get(cluster);
    return {
      revision: String(revision),
      at: stamp?.at ?? null,
      by: stamp?.by ?? null,
      cluster: cluster ?? null,
      changes: together.flatMap(wordsOf),
    };
  });
}

function wordsOf(event: EtcdEvent): readonly string[] {
  const own = parseOwnKey(event.key);
  const sign = event.kind === "put" ? "+" : "-";
  if (own?.kind === "record") return [`${sign}${own.name}`];
  if (own?.kind === "cluster") return [`${sign}settings`];
  if (own?.kind === "desktop") return [`${sign}desktop ${own.id}`];
  return own?.kind === "meta" ? [`${sign}team`] : [];
}

function textOf({ revision, at, by, cluster, changes }: Entry): string {
  const words = [revision, at ?? "-", by ?? "-", cluster ?? "-", changes.join(" ")];
  return `${words.map((word) => printable(word)).join("  ")}\n`;
}
