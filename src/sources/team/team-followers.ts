/** Keeps one follower for each team that is joined, and none for others. */
import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../../base/log.ts";
import { adviceOf } from "../../base/trouble.ts";
import type { ReconcilerPort } from "../../engine/reconciler-port.ts";
import type { TeamFacts, TeamFollowers } from "../../engine/team-facts.ts";
import type { FollowedTeam } from "../../engine/teams.ts";
import { watchSurroundings } from "../../platform/surroundings.ts";
import type { TeamName } from "../../records/team-name.ts";
import { pathOf } from "./link.ts";
import { openTeamSource } from "./open-source.ts";
import { TeamFollower } from "./team-follower.ts";
import type { TeamWritingsAnswer } from "./team-source.ts";

interface Options {
  readonly reconciler: ReconcilerPort;
  /** Calls back when the network is another one or the machine slept, until the signal aborts; {@link watchSurroundings} unless given. */
  readonly watch?: typeof watchSurroundings;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called when a state changed. */
  readonly changed: () => void;
}

/** Milliseconds between two looks at the networks: names of a desktop that comes back should not be old for longer. */
const lookInterval = 500;

interface Running {
  /** What it was started with; another one needs another follower. */
  readonly settings: string;
  readonly follower: TeamFollower;
}

export class RunningFollowers implements TeamFollowers, AsyncDisposable {
  readonly #options: Options;
  readonly #running = new Map<TeamName, Running>();
  /** While a team is followed, ends the looks at the networks. */
  #looking: AbortController | undefined;
  #isEnded = false;

  constructor(options: Options) {
    this.#options = options;
  }

  facts(): readonly TeamFacts[] {
    return Array.from(this.#running.values(), ({ follower }) => follower.facts);
  }

  /** As of {@link TeamFollower.writings}; undefined for a team that is not joined too. */
  async writings(team: TeamName, name: string): Promise<TeamWritingsAnswer | undefined> {
    return this.#running.get(team)?.follower.writings(name);
  }

  /**
   * Starts and ends followers, so that they are those of these teams.
   *
   * @param anew - the team whose follower begins anew in any case
   */
  async sync(teams: readonly FollowedTeam[], anew?: TeamName): Promise<void> {
    const wanted = new Map(teams.map((team) => [team.name, settingsOf(team)]));
    const isGone = ([name, { settings }]: readonly [TeamName, Running]): boolean =>
      name === anew || wanted.get(name) !== settings;
    const gone = [...this.#running].filter(isGone);
    for (const [name] of gone) this.#running.delete(name);
    await Promise.all(gone.map(([, { follower }]) => follower[Symbol.asyncDispose]()));
    if (!this.#isEnded) for (const team of teams) if (!this.#running.has(team.name)) await this.#start(team);
    this.#lookWhereNeeded();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnded = true;
    await this.sync([]);
  }

  #lookWhereNeeded(): void {
    if (this.#running.size === 0) {
      this.#looking?.abort();
      this.#looking = undefined;
    } else if (this.#looking === undefined) {
      this.#looking = new AbortController();
      const { watch = watchSurroundings } = this.#options;
      const onChange = (): void => {
        for (const { follower } of this.#running.values()) follower.lookAgain();
      };
      watch({ signal: this.#looking.signal, onChange, interval: lookInterval });
    }
  }

  async #start(team: FollowedTeam): Promise<void> {
    const source = await openTeamSource(team.settings);
    const { reconciler, now } = this.#options;
    const follower = new TeamFollower(team, {
      reconciler,
      source,
      path: pathOf(team.settings.link),
      now,
      sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal, ref: false }).catch(() => undefined),
      random: Math.random,
      changed: (facts) => this.#tell(facts),
    });
    this.#running.set(team.name, { settings: settingsOf(team), follower });
  }

  #tell({ team, state, trouble }: TeamFacts): void {
    const { log, changed } = this.#options;
    if (trouble !== undefined) log.warn({ code: trouble.code, team }, `${trouble.message} ${adviceOf(trouble)}`);
    else if (state === "live")
      log.info({ code: "team-live", team }, `The names of the team ${team} are followed live.`);
    changed();
  }
}

function settingsOf({ settings, isHeld }: FollowedTeam): string {
  return JSON.stringify({ settings, isHeld });
}
