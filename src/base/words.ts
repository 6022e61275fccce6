/** Words of messages that depend on a number. */

/** A number with its noun, as in `1 name` and `2 names`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
