/** Tells when the hosts file may have changed. The receiver compares the content. */
import { type FSWatcher, type StatsListener, unwatchFile, watch, watchFile } from "node:fs";
import { basename, dirname } from "node:path";

interface WatchOptions {
  /** The real path of the file. */
  readonly realPath: string;
  /** The path as configured, whose links may be led elsewhere. */
  readonly path: string;
  readonly onPossibleChange: () => void;
  /** Milliseconds between two polls by stat; default 5000, and a fifth of it when the folder cannot be watched. */
  readonly pollInterval?: number;
}

/** Events within this time are told as one; a write is several. */
const settleMs = 20;

/**
 * Watches the folder, because a watch on the file goes deaf when it is replaced (inotify(7) watches inodes). A slow poll
 * beside it sees what the folder does not tell: writes through another name of the inode (a bind mount, a link), a link
 * led elsewhere, network file systems. When inotify has no watch left (ENOSPC, EMFILE), the poll is made faster.
 */
export function watchHostsFile({ realPath, path, onPossibleChange, pollInterval = 5_000 }: WatchOptions): Disposable {
  let pending: NodeJS.Timeout | undefined;
  const noteEvent = (): void => {
    pending ??= setTimeout(() => {
      pending = undefined;
      onPossibleChange();
    }, settleMs);
    pending.unref();
  };
  const listener: StatsListener = noteEvent;
  const poll = (interval: number): void => {
    unwatchFile(path, listener);
    watchFile(path, { interval, persistent: false }, listener);
  };
  const fallBack = (): void => poll(pollInterval / 5);
  const watcher = watchFolder(realPath, noteEvent, fallBack);
  if (watcher === undefined) fallBack();
  else poll(pollInterval);
  return {
    [Symbol.dispose]() {
      clearTimeout(pending);
      watcher?.close();
      unwatchFile(path, listener);
    },
  };
}

function watchFolder(path: string, noteEvent: () => void, fallBack: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
      if (name === null || name === basename(path)) noteEvent();
    });
    watcher.on("error", () => {
      watcher.close();
      fallBack();
    });
    return watcher;
  } catch {
    return undefined;
  }
}
