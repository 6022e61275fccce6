/** Puts a team server's parts together: the follower, the writer and the sink around one client of etcd. */
import { hostname } from "node:os";
import { StoreKeeper } from "../engine/keeper.ts";
import { Reconciler, type ReconcilerOptions } from "../engine/reconciler.ts";
import type { ReconcilerPort } from "../engine/reconciler-port.ts";
import { StoreTroubleError } from "../engine/store-trouble.ts";
import type { Sink } from "../engine/sink.ts";
import { EtcdClient } from "../etcd/client.ts";
import type { EtcdAccess } from "../etcd/model.ts";
import type { Trouble } from "../base/trouble.ts";
import type { TeamServerObserver } from "../engine/team-server-facts.ts";
import type { Log } from "../base/log.ts";
import { CallMemory } from "./call-memory.ts";
import { type FollowOptions, type Following, openFollowing } from "./follow/open-follow.ts";
import { Follower } from "./follower.ts";
import { Monitor, type MonitorChange } from "./monitor.ts";
import { Observer } from "./observer.ts";
import { Pace } from "./pace.ts";
import { ProjectionSink } from "./projection-sink.ts";
import { TeamPort } from "./team-port.ts";
import { starting } from "./trouble.ts";
import { Writer } from "./writer.ts";

export interface TeamOptions {
  readonly access: EtcdAccess;
  /** Where the projection lies, as in `/skydns`. */
  readonly path: string;
  /** How desktops follow the team; undefined where they do not. */
  readonly follow?: FollowOptions | undefined;
}

interface OpenOptions extends TeamOptions, Pick<ReconcilerOptions, "listener" | "now"> {
  /** Beside the projection. */
  readonly sinks: readonly Sink[];
  /** Told of trouble with etcd that came, and with nothing once there is none. */
  readonly onTrouble: (trouble: Trouble | undefined) => void;
  /** Told of an endpoint that came or went. */
  readonly onEndpoint: (change: MonitorChange) => void;
  readonly log: Log;
}

/** A team server's loop, which is disposed of as a whole. */
export interface TeamServer extends AsyncDisposable {
  readonly port: ReconcilerPort;
  readonly observer: TeamServerObserver;
  /** Undefined where no desktop may follow. */
  readonly following: Pick<Following, "count"> | undefined;
}

/**
 * Opens it; what is known comes from etcd as soon as that answers.
 *
 * @throws TroubleError when the port for desktops cannot be had, or its certificate cannot be used
 */
export async function openTeamServer(options: OpenOptions): Promise<TeamServer> {
  const { access, path, follow, sinks, listener, now, onTrouble, onEndpoint, log } = options;
  const client = new EtcdClient(access);
  const follower = new Follower({
    client,
    path,
    memory: new CallMemory(),
    inTurn: (work) => inTurn(work),
    onChange: () => {
      pace.note();
      following?.note();
    },
    onTrouble: (trouble) => {
      pace.note();
      following?.note();
      onTrouble(trouble);
    },
  });
  const keeper = new StoreKeeper({
    open: () => {
      if (follower.store !== undefined) return follower.store;
      throw new StoreTroubleError(follower.trouble ?? starting(client.places));
    },
    isDamage: () => false,
    explain: (error) => {
      if (error instanceof StoreTroubleError) return error;
      throw error;
    },
  });
  const projection = new ProjectionSink({ client, follower });
  const reconciler: Reconciler = new Reconciler({
    keeper,
    sinks: [...sinks, projection],
    // Every server must come to the same view, whatever its machine is called.
    ownNames: () => new Set(),
    listener,
    now,
    retry: { first: 500, most: 10_000 },
  });
  // oxlint-disable-next-line require-yield
  const inTurn = <Result>(work: () => Result): Promise<Result> =>
    // oxlint-disable-next-line require-yield
    reconciler.readInSteps(function* () {
      return work();
    });
  const pace = new Pace(() => reconciler.reconcile());
  const writer = new Writer({ client, follower, server: hostname(), inTurn });
  const monitor = new Monitor({ client, follower, onChange: onEndpoint });
  const following: Following | undefined = follow && (await openFollowing(follow, { client, follower, log, now }));
  follower.start();
  monitor.start();
  return {
    port: new TeamPort({ inner: reconciler, follower, writer }),
    observer: new Observer({ client, path, follower, writer, monitor, projection }),
    following,
    [Symbol.asyncDispose]: async () => {
      await following?.[Symbol.asyncDispose]();
      await monitor[Symbol.asyncDispose]();
      await follower[Symbol.asyncDispose]();
      pace[Symbol.dispose]();
      await reconciler[Symbol.asyncDispose]();
      keeper[Symbol.dispose]();
      client[Symbol.dispose]();
    },
  };
}
