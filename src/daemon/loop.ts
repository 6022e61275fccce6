/** The loop of a daemon: around a store of its own, or around the etcd of a team. */
import type { Log } from "../base/log.ts";
import { adviceOf } from "../base/trouble.ts";
import type { StoreKeeper } from "../engine/keeper.ts";
import { Reconciler, type ReconcilerOptions } from "../engine/reconciler.ts";
import type { ReconcilerPort } from "../engine/reconciler-port.ts";
import type { Store } from "../engine/store.ts";
import type { TeamServerObserver } from "../engine/team-server-facts.ts";
import type { Position } from "../records/position.ts";
import type { TeamOptions, TeamServer } from "../team-server/open.ts";
import { listenTogether } from "./listen-together.ts";

export interface Loop extends AsyncDisposable {
  readonly reconciler: ReconcilerPort;
  /** How far a store of its own has come. */
  readonly position: () => Position | undefined;
  /** The etcd of a team server. */
  readonly teamServer?: TeamServerObserver | undefined;
  /** The desktops that follow a team server. */
  readonly following?: TeamServer["following"];
}

type LoopOptions = Omit<ReconcilerOptions, "keeper" | "retry">;

/** Opens a loop around a store that a keeper keeps. */
export function openOwnLoop(keeper: StoreKeeper, options: LoopOptions): Loop {
  const reconciler = new Reconciler({ ...options, keeper });
  return {
    reconciler,
    position: () => keeper.position,
    [Symbol.asyncDispose]: async () => {
      await reconciler[Symbol.asyncDispose]();
      keeper[Symbol.dispose]();
    },
  };
}

/**
 * Opens the loop of a team server. What it needs is loaded here alone.
 *
 * @param save - saves what was given on the command line, once the team's records are known
 * @param log - gets what came and went
 * @param changed - called when something of etcd changed
 */
export async function openTeamLoop(
  team: TeamOptions,
  { sinks, listener, now }: LoopOptions,
  { save, log, changed }: { readonly save: (store: Store) => void; readonly log: Log; readonly changed: () => void },
): Promise<Loop> {
  const { openTeamServer } = await import("../team-server/open.ts");
  let isSaved = false;
  const saveOnce = (): void => {
    if (isSaved) return;
    isSaved = true;
    void server.port.change(save);
  };
  const server = await openTeamServer({
    ...team,
    sinks,
    listener: listenTogether(listener, { settled: saveOnce }),
    now,
    onTrouble: (trouble) => {
      changed();
      if (trouble === undefined) log.info({ code: "team-server-live" }, "The team's etcd is followed live.");
      else log.warn({ code: trouble.code }, `${trouble.message} ${adviceOf(trouble)}`);
    },
    onEndpoint: ({ place, trouble }) => {
      changed();
      if (trouble === undefined) log.info({ code: "team-member-back", place }, `etcd at ${place} answers again.`);
      else log.warn({ code: "team-member-away", place }, `${trouble.message} ${adviceOf(trouble)}`);
    },
    log,
  });
  return {
    reconciler: server.port,
    following: server.following,
    position: () => undefined,
    teamServer: server.observer,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
