/** Words of messages that depend on a number. */

/**
 * Writes a whole number with a comma between thousands, as in `12,345`. `toLocaleString` does the same and takes 5 MiB of
 * the server's memory, since it reads the tables of every language.
 */
export function formatCount(count: number | bigint): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}

/** Writes a number with its noun, as in `1 name` and `1,234 names`. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}
