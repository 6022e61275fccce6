/** A database as a version wrote it that had no limits in bytes. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type ClusterSettings, defaultCluster } from "../../src/records/cluster.ts";
import { openStore } from "../../src/store/open.ts";
import { databaseName } from "../../src/store/set-aside.ts";

export interface OldRow {
  readonly name: string;
  /** JSON of an A record. */
  readonly endpoint: string;
}

/** Writes the records of the cluster `default`, one after the other, so that they need not all be in memory. */
export function writeOldState(folder: string, settings: ClusterSettings, rows: Iterable<OldRow>): void {
  {
    using store = openStore({ folder, now: () => 0 });
    store.configure(defaultCluster, settings);
  }
  using database = new DatabaseSync(join(folder, databaseName));
  database.exec("PRAGMA synchronous = OFF; BEGIN");
  const insert = database.prepare(
    "INSERT INTO record (cluster, name, feed, type, set_identifier, sequence, endpoint) VALUES ('default', ?, 'external-dns', 'A', '', ?, ?)",
  );
  let sequence = 0;
  for (const { name, endpoint } of rows) insert.run(name, (sequence += 1), endpoint);
  database.exec("COMMIT");
}
