/** Follows one team: lists its names once, then takes over each change, and goes on where it was after every interruption. */
import { inSlices } from "../../base/slices.ts";
import { type Trouble, bugTrouble, toTrouble } from "../../base/trouble.ts";
import type { ReconcilerPort } from "../../engine/reconciler-port.ts";
import { StoreTroubleError } from "../../engine/store-trouble.ts";
import type { Store } from "../../engine/store.ts";
import type { RelistReason, TeamFacts, TeamState } from "../../engine/team-facts.ts";
import type { FollowedTeam, TeamPosition } from "../../engine/teams.ts";
import { type Steps, forEachInSteps } from "../../base/steps.ts";
import { type RowChange, isShowable } from "../../records/team.ts";
import type { TeamName } from "../../records/team-name.ts";
import { gatherChanges } from "./gather.ts";
import { judgeList } from "./judge-list.ts";
import { usualPath } from "../../records/skydns-key.ts";
import { type KeyChange, TeamModel } from "./skydns/team-model.ts";
import type { TeamNews, TeamSource, TeamWritingsAnswer } from "./team-source.ts";

export interface FollowerOptions {
  readonly reconciler: Pick<ReconcilerPort, "read" | "readInSteps" | "changeInSteps">;
  readonly source: TeamSource;
  /** Where the layout begins. */
  readonly path?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Resolves after some milliseconds, or as soon as the signal aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Called when the state changed. */
  readonly changed: (facts: TeamFacts) => void;
}

/** Milliseconds of the longest wait after one failure, and after many: thousands of desktops must not come back at once. */
const firstWait = 500;
const mostWait = 10_000;

/** What answers is not the team's store. */
const otherStoreCode = "team-other-store";

export class TeamFollower implements AsyncDisposable {
  readonly #options: FollowerOptions;
  readonly #team: TeamName;
  readonly #ending = new AbortController();
  readonly #ended: Promise<void>;
  /** Ends what is under way, a wait included, so that it begins anew. */
  #turn = new AbortController();
  /** What the tree holds, as far as it is stored. */
  #model: TeamModel | undefined;
  #facts: TeamFacts;
  #failures = 0;

  /** Begins at once. */
  constructor({ name, isHeld }: FollowedTeam, options: FollowerOptions) {
    this.#options = options;
    this.#team = name;
    const state: TeamState = isHeld ? "held" : "connecting";
    this.#facts = { team: name, state, since: options.now(), wasLive: false, trouble: undefined, relists: {} };
    this.#ended = isHeld ? Promise.resolve() : this.#run();
  }

  get facts(): TeamFacts {
    return this.#facts;
  }

  /** Asks the team's store who wrote a name; undefined where nothing is kept of the name. */
  async writings(name: string): Promise<TeamWritingsAnswer | undefined> {
    const { reconciler, source } = this.#options;
    const row = reconciler.read(({ teams }) => teams.row(this.#team, name));
    return row && source.writings(row);
  }

  /** Asks again at once, by new connections: the network is another one, or the machine slept. */
  lookAgain(): void {
    this.#failures = 0;
    this.#turn.abort();
    this.#options.source.renew();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#ended;
    this.#options.source[Symbol.dispose]();
  }

  async #run(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      this.#turn = new AbortController();
      const signal = AbortSignal.any([this.#ending.signal, this.#turn.signal]);
      const trouble = await this.#once(signal);
      if (trouble === undefined || signal.aborted) continue;
      if (trouble.code === otherStoreCode) this.#set("other-store", trouble);
      else if (this.#facts.state !== "other-store") this.#set("unreachable", trouble);
      await this.#wait(signal);
    }
  }

  /** Follows until something ends it; returns why, undefined where it should go on at once. */
  async #once(signal: AbortSignal): Promise<Trouble | undefined> {
    try {
      const team = this.#read();
      if (team === undefined) return notJoined(this.#team);
      const position = team.position ?? (await this.#list(team, "first", signal));
      if (!("revision" in position)) return position;
      this.#model ??= await this.#restore(team);
      return await this.#follow(team, position, signal);
    } catch (error) {
      // What is in memory may be ahead of what is stored.
      this.#model = undefined;
      if (error instanceof StoreTroubleError) return toTrouble(error);
      return bugTrouble(`The names of the team ${this.#team} could not be followed`, error);
    }
  }

  async #follow(team: FollowedTeam, from: TeamPosition, signal: AbortSignal): Promise<Trouble | undefined> {
    const stopping = new AbortController();
    const either = AbortSignal.any([signal, stopping.signal]);
    try {
      for await (const news of gatherChanges(this.#options.source.follow(from, either))) {
        if (signal.aborted) return undefined;
        const end = await this.#take(team, news, signal);
        if (end !== "goes-on") return end;
      }
      return undefined;
    } finally {
      stopping.abort();
    }
  }

  async #take(team: FollowedTeam, news: TeamNews, signal: AbortSignal): Promise<"goes-on" | Trouble | undefined> {
    switch (news.kind) {
      case "live":
        this.#succeeded();
        return "goes-on";
      case "changes":
        await this.#apply(news.changes, news.position);
        return "goes-on";
      case "bookmark":
        await this.#change((store) => note(store, this.#team, news.position));
        return "goes-on";
      case "gone": {
        const position = await this.#list(team, news.reason, signal);
        return "revision" in position ? undefined : position;
      }
      case "broken":
        return news.trouble;
    }
  }

  async #apply(changes: readonly KeyChange[], position: TeamPosition): Promise<void> {
    const model = this.#model;
    if (model === undefined) throw new Error("changes came before the list");
    const change: RowChange = await inSlices(model.applyInSteps(changes));
    const team = this.#team;
    await this.#change((store) => store.teams.applyInSteps(team, change, position));
  }

  /** Lists everything and takes it over, if it is the team's. */
  async #list(team: FollowedTeam, reason: RelistReason, signal: AbortSignal): Promise<TeamPosition | Trouble> {
    const model = new TeamModel(modelOptions(team, this.#options.path));
    const keys: KeyChange[] = [];
    const list = await this.#options.source.list((page) => keys.push(...page), signal);
    if (!list.ok) return list.trouble;
    const { put: rows } = await inSlices(model.applyInSteps(keys));
    const shown = new Set(rows.filter(({ entry }) => isShowable(entry)).map(({ entry }) => entry.name));
    const before = this.#read();
    const known = before?.position && { position: before.position, names: before.names };
    const kept = known === undefined ? 0 : this.#countKept(shown);
    const verdict = judgeList(known, { position: list.position, names: shown.size, kept });
    if (verdict === "refuse") {
      const trouble = otherStore(team);
      this.#set("other-store", trouble);
      return trouble;
    }
    const { position } = list;
    const options = { position, keepsPrevious: verdict === "take-and-keep" };
    await this.#change((store) => store.teams.replaceInSteps(this.#team, rows, options));
    this.#model = model;
    const { relists } = this.#facts;
    this.#facts = { ...this.#facts, relists: { ...relists, [reason]: (relists[reason] ?? 0) + 1 } };
    this.#succeeded();
    return position;
  }

  #countKept(shown: ReadonlySet<string>): number {
    return this.#options.reconciler.read(({ teams }) => {
      let count = 0;
      for (const name of teams.names(this.#team)) count += Number(shown.has(name));
      return count;
    });
  }

  /** Makes the model of what is stored. */
  async #restore(team: FollowedTeam): Promise<TeamModel> {
    const model = new TeamModel(modelOptions(team, this.#options.path));
    const keys = await this.#options.reconciler.readInSteps(function* ({ teams }) {
      const found: KeyChange[] = [];
      yield* forEachInSteps(teams.rows(team.name), (row) => {
        for (const [key, value] of row.keys) found.push({ key, value });
      });
      return found;
    });
    await inSlices(model.applyInSteps(keys));
    return model;
  }

  #read(): FollowedTeam | undefined {
    return this.#options.reconciler.read(({ teams }) => teams.list().find(({ name }) => name === this.#team));
  }

  async #change(work: (store: Store) => Steps<void>): Promise<void> {
    const team = this.#team;
    const outcome = await this.#options.reconciler.changeInSteps(function* (store) {
      // It may have been left meanwhile.
      if (store.teams.list().some(({ name }) => name === team)) yield* work(store);
    });
    if (!outcome.ok && !outcome.stored) throw new StoreTroubleError(outcome.trouble);
  }

  #succeeded(): void {
    this.#failures = 0;
    this.#set("live", undefined);
  }

  #set(state: TeamState, trouble: Trouble | undefined): void {
    const { state: before, trouble: known } = this.#facts;
    if (state === before && trouble?.message === known?.message) return;
    const isSame = state === before;
    const since = isSame ? this.#facts.since : this.#options.now();
    const wasLive = isSame ? this.#facts.wasLive : before === "live";
    this.#facts = { ...this.#facts, state, since, wasLive, trouble };
    this.#options.changed(this.#facts);
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const { sleep, random } = this.#options;
    const most = Math.min(mostWait, firstWait * 2 ** Math.min(this.#failures, 20));
    this.#failures += 1;
    await sleep(most * random(), signal);
  }
}

function modelOptions(
  { settings }: FollowedTeam,
  path: string = usualPath,
): ConstructorParameters<typeof TeamModel>[0] {
  return { ...settings, path };
}

// oxlint-disable-next-line require-yield
function* note(store: Store, team: TeamName, position: TeamPosition): Steps<void> {
  store.teams.note(team, position);
}

function notJoined(team: TeamName): Trouble {
  return { code: "team-unknown", message: `The team ${team} is not joined.`, hint: "Join it again." };
}

function otherStore({ name, settings }: FollowedTeam): Trouble {
  const { url, follow } = settings.link;
  const again =
    follow === undefined
      ? {
          hint: "If the team has moved to it, join again:",
          command: `hostsfile-server join ${url} --name=${name} --domains=${settings.domains.join(",")}`,
        }
      : { hint: "If the team has moved to it, ask for a new invitation and join again." };
  return {
    code: otherStoreCode,
    message: `What answers for the team ${name} is another etcd cluster, or an earlier state of the same, without most of its names, so the names that are shown stay as they were.`,
    ...again,
  };
}
