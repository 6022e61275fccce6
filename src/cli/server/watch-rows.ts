/** What `status` prints of the watcher of a cluster, as labels and values. */
import { formatAge } from "../../base/age.ts";
import { counted } from "../../base/words.ts";
import { describeFeeds, describeWatchState } from "../../contract/watch-words.ts";
import type { Status } from "../../contract/status.ts";

type Cluster = Status["clusters"][number];
type WatchedKind = NonNullable<Cluster["watch"]>["kinds"][number];

/** The rows of a cluster; none where no watcher ever fed it. */
export function watchRows(cluster: Cluster, now: number): readonly (readonly [label: string, value: string])[] {
  const { watch } = cluster;
  if (watch === undefined) return [];
  const { since, reason, user, context, server, kinds } = watch;
  const age = (moment: string): string => formatAge(moment, now);
  const state = `${describeWatchState(watch.state)}${since === null ? "" : ` for ${age(since)}`}`;
  const where = [user === null ? "" : `by ${user}`, context === null ? "" : `context ${context}`, server ?? ""];
  return [
    ["fed by", describeFeeds(cluster)],
    ["watched", [state, ...where.filter((text) => text !== "")].join(", ")],
    ...(reason === null ? [] : [["", reason] as const]),
    ...(kinds.length === 0 ? [] : [["kinds", describeKinds(kinds, age)] as const]),
  ];
}

/** Kinds that have objects, and those that are not followed as they should be; the others are counted. */
function describeKinds(kinds: readonly WatchedKind[], age: (moment: string) => string): string {
  const told = kinds.filter(({ objects, state }) => objects > 0 || state !== "live");
  const rest = kinds.length - told.length;
  const texts = told.map(({ kind, version, objects, lastEvent, state, namespaces }) => {
    const event = lastEvent === null ? "" : `, ${age(lastEvent)} ago`;
    const scope = namespaces.length === 0 ? "" : ` in ${namespaces.join(", ")}`;
    return `${kind} ${version}${scope} (${state === "live" ? counted(objects, "object") : state}${event})`;
  });
  return [...texts, ...(rest === 0 ? [] : [`${counted(rest, "kind")} without objects`])].join(", ");
}
