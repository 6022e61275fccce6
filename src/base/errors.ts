/** Reads the code of an error of the system or of SQLite, for all code that decides by it, and what any error says. */

/** The code of an error of the system or of Node, as in `ENOSPC`; undefined for any other error. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** What was thrown, in its own words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether there is nothing at a path, or no folder where the path needs one. */
export function isMissing(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "");
}

/** SQLite's primary result codes that are told apart (sqlite.org/rescode.html). */
export const sqliteCodes = { permission: 3, busy: 5, corrupt: 11, notADatabase: 26 } as const;

/** The primary result code of an SQLite error; undefined for any other error. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return undefined;
  return error.errcode & 0xff;
}
