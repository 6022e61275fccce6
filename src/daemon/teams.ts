/** Those that follow teams, loaded once there is a team: a server without one loads and starts nothing of it. */
import type { Log } from "../base/log.ts";
import type { ReconcilerListener, ReconcilerPort } from "../engine/reconciler-port.ts";
import { readIfPossible } from "../engine/read-if-possible.ts";
import type { TeamFacts, TeamFollowers } from "../engine/team-facts.ts";
import type { FollowedTeam } from "../engine/teams.ts";
import type { TeamName } from "../records/team-name.ts";
import type { RunningFollowers } from "../sources/team/team-followers.ts";
import type { TeamControl } from "../sources/team/team-routes.ts";
import type { TeamWritingsAnswer } from "../sources/team/team-source.ts";

interface Options {
  readonly reconciler: () => ReconcilerPort;
  readonly log: Log;
  /** Called when something of a team's following changed. */
  readonly changed: () => void;
}

/** Milliseconds that a caller waits at most for a team to be live or in trouble. */
const patience = 10_000;

/** Milliseconds in which everyone who waited for the server to start is answered, before what follows teams is loaded. */
const headStart = 100;

export class DaemonTeams implements TeamFollowers, TeamControl, AsyncDisposable {
  readonly #options: Options;
  readonly #waiting = new Set<() => void>();
  #followers: RunningFollowers | undefined;
  /** Each sync begins once the one before is over. */
  #last: Promise<void> = Promise.resolve();
  #known = describe([]);
  #timer: NodeJS.Timeout | undefined;
  #isEnded = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** A store that was closed, opened or cleared may have other teams. */
  readonly listener: Pick<ReconcilerListener, "settled"> = {
    settled: () => {
      if (describe(this.#teams()) === this.#known || this.#isEnded) return;
      this.#timer ??= setTimeout(() => void this.sync(), headStart);
    },
  };

  facts(): readonly TeamFacts[] {
    return this.#followers?.facts() ?? [];
  }

  sync(anew?: TeamName): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#last = this.#last.then(() => this.#sync(anew)).catch((error: unknown) => this.#failed(error));
    return this.#last;
  }

  async settled(team: TeamName): Promise<TeamFacts | undefined> {
    const until = performance.now() + patience;
    for (;;) {
      const facts = this.facts().find((each) => each.team === team);
      const left = until - performance.now();
      if (facts?.state !== "connecting" || left <= 0 || this.#isEnded) return facts;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      const timer = setTimeout(resolve, left);
      await promise;
      clearTimeout(timer);
      this.#waiting.delete(resolve);
    }
  }

  async writings(team: TeamName, name: string): Promise<TeamWritingsAnswer | undefined> {
    return this.#followers?.writings(team, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnded = true;
    clearTimeout(this.#timer);
    this.#wake();
    await this.#last;
    await this.#followers?.[Symbol.asyncDispose]();
  }

  async #sync(anew: TeamName | undefined): Promise<void> {
    const teams = this.#teams();
    // Where the store cannot be used, whatever follows goes on and says so itself.
    if (teams === undefined || this.#isEnded) return;
    this.#known = describe(teams);
    if (teams.length === 0 && this.#followers === undefined) return;
    this.#followers ??= await this.#load();
    await this.#followers.sync(teams, anew);
  }

  async #load(): Promise<RunningFollowers> {
    const { RunningFollowers: Followers } = await import("../sources/team/team-followers.ts");
    const { reconciler, log, changed } = this.#options;
    const tell = (): void => {
      this.#wake();
      changed();
    };
    return new Followers({ reconciler: reconciler(), log, now: Date.now, changed: tell });
  }

  #teams(): readonly FollowedTeam[] | undefined {
    return readIfPossible(this.#options.reconciler(), ({ teams }) => teams.list());
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
  }

  #failed(error: unknown): void {
    const fields = { code: "internal-error", err: error };
    this.#options.log.error(fields, "The teams could not be followed; this is a bug, please report it.");
  }
}

function describe(teams: readonly FollowedTeam[] | undefined): string {
  return JSON.stringify(teams?.map(({ name, settings, isHeld }) => [name, settings, isHeld]) ?? []);
}
