/** Takes our lines out of a hosts file that no server keeps, and looks whether they are gone. */
import { type HostsFileSinkOptions, openHostsFileSink } from "../../sinks/hosts-file/hosts-file-sink.ts";
import type { Lock } from "../../sinks/hosts-file/lock-outcome.ts";
import { shownBefore } from "../../sinks/hosts-file/shown-before.ts";
import type { Sink } from "../../engine/sink.ts";
import { emptyView } from "../../records/view.ts";
import { type Trouble, TroubleError } from "../../base/trouble.ts";
import { platform } from "../../platform/current.ts";

/** A server of ours that keeps the file must be asked, so say how; where a token is wanted, that is what it takes. */
export function lockTrouble(lock: Exclude<Lock, { state: "held" }>, hinder: TroubleError | undefined): TroubleError {
  if (lock.state !== "taken") return new TroubleError(lock.trouble, { exitCode: 3 });
  if (hinder?.code === "token-needed") return hinder;
  const { code, message } = lock.trouble;
  const hint = "Say where it listens with --port and --host, and it clears the file itself; or stop it first.";
  return new TroubleError({ code, message, hint }, { exitCode: 3 });
}

/**
 * Removes our lines from a hosts file that no server keeps, whatever is saved.
 *
 * @param options - the hosts file, where copies of it are kept, and the command that runs
 * @throws TroubleError when a server keeps the file, or it cannot be written (exit 3)
 */
export async function removeLinesFrom(
  options: Pick<HostsFileSinkOptions, "path" | "stateFolder" | "what">,
): Promise<void> {
  await using sink = await openHostsFileSink({ ...options, onOutsideEdit: () => {} });
  if (sink.lock.state !== "held") throw lockTrouble(sink.lock, undefined);
  await removeLines(sink);
  requireNoneLeft({ path: options.path });
}

/** Removes our lines; returns their number. */
export async function removeLines(sink: Sink): Promise<number> {
  const report = await sink.apply(emptyView);
  if (!report.ok) throw new TroubleError(report.trouble, { exitCode: 3 });
  return report.diff.removed.length;
}

/**
 * Looks whether a line of ours is in a hosts file, which nothing but the file can say.
 *
 * @param known - the file, and what hindered, if that is known
 * @throws TroubleError when there is one, or the file cannot be read (exit 3)
 */
export function requireNoneLeft({
  path,
  trouble,
}: {
  readonly path: string;
  readonly trouble?: Trouble | undefined;
}): void {
  const found = shownBefore(path);
  if (found.ok && found.positions.length === 0) return;
  if (!found.ok) throw new TroubleError(found.trouble, { exitCode: 3 });
  throw new TroubleError(trouble ?? linesLeft(path), { exitCode: 3 });
}

function linesLeft(path: string): Trouble {
  return {
    code: "hosts-file-lines-left",
    message: `Our lines are in ${path} again after they were removed: another program or server wrote them.`,
    hint: `Find out which (${platform.commands.showUsers(path)}), stop it, and try again:`,
    command: platform.commands.asRoot("hostsfile-server clear"),
  };
}
