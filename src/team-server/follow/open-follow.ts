/** Puts together what desktops follow a team by. */
import type { Log } from "../../base/log.ts";
import type { EtcdClient } from "../../etcd/client.ts";
import type { Follower } from "../follower.ts";
import { Desktops } from "./desktops.ts";
import { FollowRoutes } from "./follow-routes.ts";
import { type FollowServerOptions, openFollowServer } from "./follow-server.ts";
import { Hub } from "./hub.ts";
import { ListPages } from "./list-pages.ts";

export type FollowOptions = Omit<FollowServerOptions, "mostConnections"> & {
  /** Desktops that may follow at a time, as far as this process may have connections. */
  readonly mostFollowers: number;
};

/** What desktops follow by, while the port is open. */
export interface Following extends AsyncDisposable {
  /** Has desktops told of what changed. */
  readonly note: () => void;
  /** How many follow. */
  readonly count: () => number;
}

/** Connections beside those of desktops that follow: for lists, invitations and those who are refused. */
const spareConnections = 1_000;

/**
 * Opens the port for desktops.
 *
 * @throws TroubleError when the port cannot be had, or the certificate cannot be used
 */
export async function openFollowing(
  { mostFollowers, ...place }: FollowOptions,
  {
    client,
    follower,
    log,
    now,
  }: { readonly client: EtcdClient; readonly follower: Follower; readonly log: Log; readonly now: () => number },
): Promise<Following> {
  const hub = new Hub({
    publication: () => (follower.trouble === undefined ? follower.store?.publication : undefined),
  });
  const desktops = new Desktops({ client, follower, now });
  const routes = new FollowRoutes({ client, follower, desktops, hub, lists: new ListPages(), mostFollowers });
  const server = await openFollowServer({ ...place, mostConnections: mostFollowers + spareConnections }, routes, log);
  const how = place.tls === undefined ? "without encryption, which something before it must add" : "over TLS";
  log.info({ code: "follow-started", port: server.port }, `Desktops follow the team on port ${server.port}, ${how}.`);
  return {
    note: () => {
      const known = follower.store?.desktops;
      const touched = known?.takeTouched() ?? new Set();
      if (touched.size > 0) hub.end((id) => touched.has(id) && known?.get(id)?.joined === undefined);
      hub.note();
    },
    count: () => hub.size,
    [Symbol.asyncDispose]: async () => {
      hub[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
