/** The teams and their names in the database, and in memory what the view needs of each name. */
import type { FollowedTeam, TeamPosition, TeamSettings, Teams } from "../engine/teams.ts";
import { type Steps, finish, forEachInSteps } from "../base/steps.ts";
import { type RowChange, type TeamEntry, type TeamRow, isShowable, toViewCluster } from "../records/team.ts";
import type { TeamName } from "../records/team-name.ts";
import type { ViewCluster } from "../records/view.ts";
import type { SqliteConnection } from "./connection.ts";
import type { How } from "./record-draft.ts";
import { entryText, readKeysRow, readNameRow, readTeamRow } from "./team-row.ts";

interface Options {
  /** Does a change as a whole or not at all. */
  readonly transact: (work: () => Steps<How>) => Steps<void>;
  /** Says of which names something changed; of any where undefined. */
  readonly touch: (names: readonly string[] | undefined) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

type Held = FollowedTeam & { readonly entries: Map<string, TeamEntry> };

/** Milliseconds between two times that it is written to disk that nothing changed. */
const noteInterval = 600_000;

export class SQLiteTeams implements Teams {
  readonly #connection: SqliteConnection;
  readonly #options: Options;
  readonly #teams = new Map<TeamName, Held>();
  /** When it was last written to disk that a team's names are current. */
  readonly #notedAt = new Map<TeamName, number>();

  /**
   * Reads what is kept in memory.
   *
   * @throws DamageError when a row breaks a rule
   */
  constructor(connection: SqliteConnection, options: Options) {
    this.#connection = connection;
    this.#options = options;
    for (const row of connection.prepare("SELECT * FROM team ORDER BY rank").iterate()) {
      const { name, previousAt, ...saved } = readTeamRow(row);
      const previous = previousAt === undefined ? undefined : { at: previousAt, names: this.#countPrevious(name) };
      const entries = this.#readEntries("team_name", name);
      this.#teams.set(name, { name, ...saved, previous, names: countShown(entries.values()), entries });
    }
  }

  list(): readonly FollowedTeam[] {
    return Array.from(this.#teams.values(), toFollowed);
  }

  names(team: TeamName): Iterable<string> {
    return this.#teams.get(team)?.entries.keys() ?? [];
  }

  *rows(team: TeamName): Generator<TeamRow> {
    const sql = "SELECT name, entry, keys FROM team_name WHERE team = ?";
    for (const row of this.#connection.prepare(sql).iterate(team)) yield readKeysRow(row);
  }

  row(team: TeamName, name: string): TeamRow | undefined {
    const sql = "SELECT name, entry, keys FROM team_name WHERE team = ? AND name = ?";
    const row = this.#connection.prepare(sql).get(team, name);
    return row && readKeysRow(row);
  }

  views(names?: ReadonlySet<string>): readonly ViewCluster[] {
    return Array.from(this.#teams.values(), ({ name, rank, settings, entries }) => {
      const some = names === undefined ? entries.values() : [...names].flatMap((each) => entries.get(each) ?? []);
      return toViewCluster({ name, rank, domains: settings.domains, entries: some });
    });
  }

  join(name: TeamName, settings: TeamSettings): void {
    const known = this.#teams.get(name);
    const rank = known?.rank ?? Math.max(0, ...this.#teams.values().map((team) => team.rank)) + 1;
    this.#change(() => {
      this.#deleteRows(name);
      const sql = "INSERT INTO team (name, rank, settings) VALUES (?, ?, ?)";
      this.#connection.run(sql, name, rank, JSON.stringify(settings));
    });
    const nothing = { position: undefined, seenAt: undefined, previous: undefined, isHeld: false };
    this.#teams.set(name, { name, rank, settings, ...nothing, names: 0, entries: new Map() });
    this.#options.touch(undefined);
  }

  leave(name: TeamName): void {
    this.#change(() => this.#deleteRows(name));
    this.#teams.delete(name);
    this.#options.touch(undefined);
  }

  *applyInSteps(name: TeamName, { put, remove }: RowChange, position: TeamPosition): Steps<void> {
    const held = this.#of(name);
    const connection = this.#connection;
    const seenAt = this.#options.now();
    const savePosition = (): void => this.#savePosition(name, position, seenAt);
    yield* this.#options.transact(function* () {
      yield* forEachInSteps(remove, (each) =>
        connection.run("DELETE FROM team_name WHERE team = ? AND name = ?", name, each),
      );
      yield* forEachInSteps(put, (row) => insertRow(connection, name, row));
      savePosition();
      return "changed";
    });
    const changed = [...remove, ...put.map(({ entry }) => entry.name)];
    const countChanged = (): number => countShown(changed.flatMap((each) => held.entries.get(each) ?? []));
    const before = countChanged();
    for (const each of remove) held.entries.delete(each);
    for (const { entry } of put) held.entries.set(entry.name, entry);
    this.#teams.set(name, { ...held, position, seenAt, names: held.names - before + countChanged() });
    this.#options.touch(changed);
  }

  *replaceInSteps(
    name: TeamName,
    rows: readonly TeamRow[],
    { position, keepsPrevious }: { readonly position: TeamPosition; readonly keepsPrevious: boolean },
  ): Steps<void> {
    const held = this.#of(name);
    const connection = this.#connection;
    const seenAt = this.#options.now();
    const savePosition = (): void => this.#savePosition(name, position, seenAt);
    yield* this.#options.transact(function* () {
      if (keepsPrevious) {
        connection.run("DELETE FROM team_previous WHERE team = ?", name);
        connection.run("INSERT INTO team_previous SELECT * FROM team_name WHERE team = ?", name);
        connection.run("UPDATE team SET previous_at = ? WHERE name = ?", seenAt, name);
      }
      connection.run("DELETE FROM team_name WHERE team = ?", name);
      yield* forEachInSteps(rows, (row) => insertRow(connection, name, row));
      savePosition();
      return "changed";
    });
    const previous = keepsPrevious ? { at: seenAt, names: held.names } : held.previous;
    const entries = new Map(rows.map(({ entry }) => [entry.name, entry]));
    this.#teams.set(name, { ...held, position, seenAt, previous, names: countShown(entries.values()), entries });
    this.#options.touch(undefined);
  }

  note(name: TeamName, position: TeamPosition): void {
    const held = this.#of(name);
    const seenAt = this.#options.now();
    const isDue = seenAt - (this.#notedAt.get(name) ?? 0) >= noteInterval;
    if (isDue && !this.#connection.isInTransaction) this.#savePosition(name, position, seenAt);
    this.#teams.set(name, { ...held, position, seenAt });
  }

  *undoInSteps(name: TeamName): Steps<boolean> {
    const held = this.#of(name);
    if (held.previous === undefined) return false;
    const connection = this.#connection;
    // oxlint-disable-next-line require-yield
    yield* this.#options.transact(function* () {
      connection.run("DELETE FROM team_name WHERE team = ?", name);
      connection.run("INSERT INTO team_name SELECT * FROM team_previous WHERE team = ?", name);
      connection.run("DELETE FROM team_previous WHERE team = ?", name);
      connection.run("UPDATE team SET previous_at = NULL, position = NULL, is_held = 1 WHERE name = ?", name);
      return "changed";
    });
    const entries = this.#readEntries("team_name", name);
    const nothing = { position: undefined, previous: undefined };
    this.#teams.set(name, { ...held, ...nothing, isHeld: true, names: countShown(entries.values()), entries });
    this.#options.touch(undefined);
    return true;
  }

  release(name: TeamName): void {
    const held = this.#of(name);
    this.#change(() => void this.#connection.run("UPDATE team SET is_held = 0 WHERE name = ?", name));
    this.#teams.set(name, { ...held, isHeld: false });
  }

  #of(name: TeamName): Held {
    const held = this.#teams.get(name);
    if (held === undefined) throw new Error(`team ${JSON.stringify(name)} is not joined`);
    return held;
  }

  #change(work: () => void): void {
    finish(
      // oxlint-disable-next-line require-yield
      this.#options.transact(function* () {
        work();
        return "changed";
      }),
    );
  }

  #deleteRows(name: TeamName): void {
    this.#connection.run("DELETE FROM team WHERE name = ?", name);
    for (const table of ["team_name", "team_previous"])
      this.#connection.run(`DELETE FROM ${table} WHERE team = ?`, name);
  }

  #savePosition(name: TeamName, position: TeamPosition, seenAt: number): void {
    const sql = "UPDATE team SET position = ?, seen_at = ? WHERE name = ?";
    this.#connection.run(sql, JSON.stringify(position), seenAt, name);
    this.#notedAt.set(name, seenAt);
  }

  #countPrevious(name: TeamName): number {
    return countShown(this.#readEntries("team_previous", name).values());
  }

  #readEntries(table: "team_name" | "team_previous", name: TeamName): Map<string, TeamEntry> {
    const rows = this.#connection.prepare(`SELECT name, entry FROM ${table} WHERE team = ?`).iterate(name);
    return new Map(rows.map((row) => readNameRow(row)).map((entry) => [entry.name, entry]));
  }
}

function toFollowed({ name, rank, settings, position, seenAt, names, previous, isHeld }: Held): FollowedTeam {
  return { name, rank, settings, position, seenAt, names, previous, isHeld };
}

function insertRow(connection: SqliteConnection, team: TeamName, { entry, keys }: TeamRow): void {
  const sql = "INSERT OR REPLACE INTO team_name VALUES (?, ?, ?, ?)";
  connection.run(sql, team, entry.name, entryText(entry), JSON.stringify(keys));
}

/** Names that have something to show. */
function countShown(entries: Iterable<TeamEntry>): number {
  let count = 0;
  for (const entry of entries) count += Number(isShowable(entry));
  return count;
}
