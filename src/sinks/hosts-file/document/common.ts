/** What two lists have in common at both ends, by which a change of one entry among ten thousand is found quickly. */

/** Number of items that both lists begin with, each the same object in both. */
export function commonStart(left: readonly unknown[], right: readonly unknown[]): number {
  const shorter = Math.min(left.length, right.length);
  let count = 0;
  while (count < shorter && left[count] === right[count]) count += 1;
  return count;
}

/**
 * Number of items that both lists end with.
 *
 * @param untouched - items at the start of both that do not count
 */
export function commonEnd(left: readonly unknown[], right: readonly unknown[], untouched: number): number {
  const limit = Math.min(left.length, right.length) - untouched;
  let count = 0;
  while (count < limit && left.at(-1 - count) === right.at(-1 - count)) count += 1;
  return count;
}
