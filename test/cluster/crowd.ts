/**
 * Many desktops in one process, each of which follows a team server as the product does: with its follower, its client, its
 * model and its waits, but without a disk: what it keeps stays in memory.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { TeamFacts } from "../../src/engine/team-facts.ts";
import type { TeamSettings } from "../../src/engine/teams.ts";
import { parseManagedDomain } from "../../src/records/managed-domain.ts";
import { privateNetworks, usualMostNames } from "../../src/records/team.ts";
import { openTeamSource } from "../../src/sources/team/open-source.ts";
import { TeamFollower } from "../../src/sources/team/team-follower.ts";
import type { TeamSource } from "../../src/sources/team/team-source.ts";
import { keepTeam } from "../support/kept-team.ts";
import { eventually } from "./eventually.ts";

/** One desktop. */
export interface Member {
  /** The revisions that it was told of, in the order in which they came. */
  readonly told: readonly string[];
  /** The names that it would show. */
  readonly names: () => readonly string[];
  readonly shows: (name: string) => boolean;
  readonly facts: () => TeamFacts;
}

export interface Crowd extends AsyncDisposable {
  readonly members: readonly Member[];
  /** Resets every connection to the server at once; returns how many there were. */
  readonly cut: () => number;
  /** Waits until every member is as wanted. */
  readonly all: (what: string, isSo: (member: Member) => boolean) => Promise<void>;
  /** Times that members asked to follow, so far, and the longest time in milliseconds that one waited before. */
  readonly asked: () => { readonly times: number; readonly longestWait: number };
}

interface Options {
  readonly port: number;
  readonly tokens: readonly string[];
  /** The team's id. */
  readonly team: string;
  readonly domain: string;
}

/** Members that join at a time. */
const atOnce = 100;

/** Has every member join, one hundred at a time, and waits until all follow live. */
export async function gatherCrowd({ port, tokens, team, domain }: Options): Promise<Crowd> {
  await using opened = new AsyncDisposableStack();
  const sockets = opened.use(watchSockets(port));
  const members: Member[] = [];
  let [times, longestWait] = [0, 0];
  for (let first = 0; first < tokens.length; first += atOnce) {
    const joining = tokens.slice(first, first + atOnce).map(async (token) => {
      const settings = settingsOf({ port, token, team, domain });
      const kept = keepTeam(settings);
      const told: string[] = [];
      const source = recording(await openTeamSource(settings), (revision) => {
        if (revision === undefined) times += 1;
        else told.push(revision);
      });
      const follower = new TeamFollower(kept.team(), {
        reconciler: kept.reconciler,
        source,
        now: Date.now,
        sleep: async (milliseconds, signal) => {
          longestWait = Math.max(longestWait, milliseconds);
          await delay(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
        },
        random: Math.random,
        changed: () => undefined,
      });
      opened.use(follower);
      const member = { told, names: kept.names, shows: kept.shows, facts: () => follower.facts };
      members.push(member);
      await eventually(() => assertAll("live", [member], isLive));
    });
    await Promise.all(joining);
  }
  const owned = opened.move();
  return {
    members,
    cut: () => sockets.cut(),
    all: (what, isSo) => eventually(() => assertAll(what, members, isSo), { intervalMs: 250 }),
    asked: () => ({ times, longestWait }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Whether a member follows. */
export function isLive({ facts }: Member): boolean {
  return facts().state === "live";
}

function assertAll(what: string, members: readonly Member[], isSo: (member: Member) => boolean): void {
  const others = members.filter((member) => !isSo(member));
  if (others.length === 0) return;
  const { state, trouble } = others[0]?.facts() ?? {};
  throw new Error(`${others.length} of ${members.length} are not ${what}; one is ${state}: ${trouble?.message}`);
}

function settingsOf({ port, token, team, domain }: Omit<Options, "tokens"> & { readonly token: string }): TeamSettings {
  const managed = parseManagedDomain(domain);
  if (managed === undefined) throw new Error(`not a domain: ${domain}`);
  const link = { url: `http://127.0.0.1:${port}`, isInsecure: false, follow: { token, team } };
  return { link, domains: [managed], networks: privateNetworks, mostNames: usualMostNames };
}

/** @param note - called with each revision that is told, and with nothing when it is asked to follow */
function recording(source: TeamSource, note: (revision?: string) => void): TeamSource {
  return {
    list: (take, signal) => source.list(take, signal),
    writings: (row) => source.writings(row),
    follow: async function* (from, signal) {
      note();
      for await (const news of source.follow(from, signal)) {
        if (news.kind === "changes") note(news.position.revision);
        yield news;
      }
    },
    renew: () => source.renew(),
    [Symbol.dispose]: () => source[Symbol.dispose](),
  };
}

/** Resets connections that this process opened to a port of this machine. */
function watchSockets(port: number): Disposable & { readonly cut: () => number } {
  const sockets = new Set<Socket>();
  const note = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  };
  const channel = "net.client.socket";
  subscribe(channel, note);
  return {
    cut: () => {
      const own = [...sockets].filter(({ remotePort }) => remotePort === port);
      for (const socket of own) socket.resetAndDestroy();
      return own.length;
    },
    [Symbol.dispose]: () => void unsubscribe(channel, note),
  };
}
