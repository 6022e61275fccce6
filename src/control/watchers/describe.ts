/** What the status says of watchers: by one rule whether each still runs, and what it reported. */
import { formatTime } from "../../base/age.ts";
import { isAlive, reportInterval } from "../../contract/liveness.ts";
import type { Status } from "../../contract/status.ts";
import type { HeardCluster, HeardWatcher, Watchers } from "./watchers.ts";

type Watch = NonNullable<Status["clusters"][number]["watch"]>;

/** Describes the watchers; nothing where none has reported. */
export function describeWatchers(watchers: Watchers, now: number): Pick<Status, "watchers"> {
  const list = watchers.list();
  if (list.length === 0) return {};
  const describe = (watcher: HeardWatcher): NonNullable<Status["watchers"]>[number] => {
    const { pid, version, since, contexts } = watcher.report;
    const running = isRunning(watcher, undefined, now);
    return { user: watcher.user, pid, version, since, lastHeard: formatTime(watcher.heardAt), running, contexts };
  };
  return { watchers: list.map(describe) };
}

/**
 * Describes how a cluster is watched.
 *
 * @param known - what its watcher reported, if one has since this process began; when a watcher last asked for or changed
 *   its records, and the time, in milliseconds since 1970; and the user whose watcher feeds it
 */
export function describeWatch(known: {
  readonly heard: HeardCluster | undefined;
  readonly calledAt: number | undefined;
  readonly owner: string | undefined;
  readonly now: number;
}): Watch {
  const { heard, calledAt, owner = null, now } = known;
  const lastHeardAt = Math.max(heard?.watcher.heardAt ?? 0, calledAt ?? 0);
  const lastHeard = lastHeardAt === 0 ? null : formatTime(lastHeardAt);
  if (heard === undefined) {
    const state = isAlive(lastHeard, reportInterval, now) ? "unreported" : "not-running";
    const unknown = { since: null, reason: null, user: owner, context: null, server: null, uid: null };
    return { state, ...unknown, lastHeard, madeAnew: null, refused: null, kinds: [] };
  }
  const { watcher, cluster } = heard;
  const { state, since, reason, context, server, uid, madeAnew, refused, kinds } = cluster;
  const reported = { lastHeard, user: watcher.user, context, server, uid, madeAnew, refused, kinds };
  if (isRunning(watcher, calledAt, now)) return { state, since, reason, ...reported };
  return { state: "not-running", since: lastHeard, reason: null, ...reported };
}

/** One that said that it ends is not silent but gone, unless something has called for it since. */
function isRunning({ heardAt, report }: HeardWatcher, calledAt = 0, now: number): boolean {
  if (report.ended && calledAt <= heardAt) return false;
  return isAlive(formatTime(Math.max(heardAt, calledAt)), reportInterval, now);
}
