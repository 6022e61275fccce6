/** The database's tables and their version: what lies on disk between two runs. */
import { externalDNSFeed } from "../records/feed.ts";

/** "hfs1" in ASCII: tells our database from somebody else's (SQLite `PRAGMA application_id`). */
export const applicationId = 0x68667331;

/** Grows when the tables change; an older database is brought up, a newer one is left alone. */
export const schemaVersion = 5;

/**
 * What the store is: its name, how far it has come, and whether it goes on whatever was shown before. A change that
 * leaves no row behind writes its generation here, any other into its rows, so that most changes cost no page more.
 */
const createPosition = `
  CREATE TABLE position (
    id TEXT PRIMARY KEY,
    generation INTEGER NOT NULL,
    takes_over INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO position VALUES (lower(hex(randomblob(8))), 0, 0);
`;

/**
 * `endpoint` is the endpoint's JSON as it is returned; name, type and set identifier are taken from it. Times are in
 * milliseconds since 1970. The feed follows the name in the key, since the view needs all records of a name together.
 */
const createRecord = `
  CREATE TABLE record (
    cluster TEXT NOT NULL,
    name TEXT NOT NULL,
    feed TEXT NOT NULL,
    type TEXT NOT NULL,
    set_identifier TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    endpoint TEXT NOT NULL,
    created_at INTEGER,
    generation INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (cluster, name, feed, type, set_identifier)
  ) STRICT, WITHOUT ROWID;
`;

/** What is remembered of the calls of a source about a cluster; `silent_for` is in milliseconds. */
const createContact = `
  CREATE TABLE contact (
    cluster TEXT NOT NULL,
    feed TEXT NOT NULL,
    heard_at INTEGER,
    caller TEXT,
    matched_ip TEXT,
    silent_for INTEGER NOT NULL DEFAULT 0,
    negotiation TEXT,
    PRIMARY KEY (cluster, feed)
  ) STRICT, WITHOUT ROWID;
`;

/**
 * Teams, in the order of joining. `settings` and `position` are JSON, the times milliseconds since 1970. `team_name` has what
 * is kept of each name: `entry` is what it shows, `keys` what the team's store has. `team_previous` has the list before
 * one that lost most names.
 */
const createTeams = `
  CREATE TABLE team (
    name TEXT PRIMARY KEY,
    rank INTEGER NOT NULL,
    settings TEXT NOT NULL,
    position TEXT,
    seen_at INTEGER,
    previous_at INTEGER,
    is_held INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  ${["team_name", "team_previous"]
    .map(
      (table) => `CREATE TABLE ${table} (
    team TEXT NOT NULL,
    name TEXT NOT NULL,
    entry TEXT NOT NULL,
    keys TEXT NOT NULL,
    PRIMARY KEY (team, name)
  ) STRICT, WITHOUT ROWID;`,
    )
    .join("\n  ")}
`;

export const createTables = `
  CREATE TABLE cluster (
    name TEXT PRIMARY KEY,
    settings TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  ${createContact}
  ${createRecord}
  CREATE TABLE holder (
    name TEXT PRIMARY KEY,
    cluster TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  ${createPosition}
  ${createTeams}
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${schemaVersion};
`;

/** What brings a database of each older version to the next one; what was not kept then is null. */
export const upgrades: Readonly<Record<number, string>> = {
  1: `
    ALTER TABLE cluster ADD COLUMN caller TEXT;
    ALTER TABLE cluster ADD COLUMN matched_ip TEXT;
    ALTER TABLE cluster ADD COLUMN silent_for INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE record ADD COLUMN created_at INTEGER;
  `,
  2: `
    ALTER TABLE record ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
    ${createPosition}
  `,
  3: `
    ALTER TABLE record RENAME TO record_without_feed;
    ${createRecord}
    INSERT INTO record
      SELECT cluster, name, '${externalDNSFeed}', type, set_identifier, sequence, endpoint, created_at, generation
      FROM record_without_feed;
    DROP TABLE record_without_feed;
    ${createContact}
    INSERT INTO contact
      SELECT name, '${externalDNSFeed}', heard_at, caller, matched_ip, silent_for, negotiation FROM cluster
      WHERE heard_at IS NOT NULL OR negotiation IS NOT NULL;
    ${["heard_at", "negotiation", "caller", "matched_ip", "silent_for"]
      .map((column) => `ALTER TABLE cluster DROP COLUMN ${column};`)
      .join("\n    ")}
  `,
  4: createTeams,
};

/**
 * Before the first look. The lock is exclusive, so that a second process is told at once and no shared-memory file is
 * needed; nothing here writes to a file that may turn out to be damaged or somebody else's.
 */
export const readingPragmas = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA trusted_schema = OFF;
  PRAGMA cell_size_check = ON;
`;

/**
 * Durability first: every commit is synced before it returns. The log is emptied by us alone, and as a whole: a log that
 * was copied but not emptied would, once damaged, cover what was copied with older pages. Up to 8,192 changed pages
 * (32 MiB) wait in memory for the commit: ten thousand records that come in no order then take half the time.
 */
export const writingPragmas = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA wal_autocheckpoint = 0;
  PRAGMA cache_spill = 8192;
`;
