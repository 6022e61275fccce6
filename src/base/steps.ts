/** Long work done in steps, so that the caller can do other work in between, as a server does that answers requests. */

/** Work that pauses now and then, and ends with a result. */
export type Steps<Result> = Generator<undefined, Result>;

/** Items between two pauses. An item is a record or a name, which takes microseconds; the largest take a millisecond. */
const itemsPerStep = 16;

/** Items of a run that is sorted at once. */
const runLength = 2048;

/** Does the work without a pause. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Does something with each item. */
export function* forEachInSteps<Item>(items: Iterable<Item>, work: (item: Item) => void): Steps<void> {
  let left = itemsPerStep;
  for (const item of items) {
    work(item);
    left -= 1;
    if (left > 0) continue;
    left = itemsPerStep;
    yield;
  }
}

/**
 * Sorts items, those that are equal in the order in which they came. It costs almost nothing when they are sorted already.
 *
 * @param isBefore - whether the first of two must come before the second
 */
export function* sortInSteps<Item>(
  items: readonly Item[],
  isBefore: (left: Item, right: Item) => boolean,
): Steps<readonly Item[]> {
  if (yield* isSorted(items, isBefore)) return items;
  const compare = (left: Item, right: Item): number => (isBefore(left, right) ? -1 : Number(isBefore(right, left)));
  let runs: (readonly Item[])[] = [];
  for (let start = 0; start < items.length; start += runLength) {
    runs.push(items.slice(start, start + runLength).toSorted(compare));
    yield;
  }
  while (runs.length > 1) {
    const merged: (readonly Item[])[] = [];
    for (let index = 0; index < runs.length; index += 2) {
      merged.push(yield* merge(runs[index] ?? [], runs[index + 1] ?? [], isBefore));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

function* isSorted<Item>(items: readonly Item[], isBefore: (left: Item, right: Item) => boolean): Steps<boolean> {
  let before: { readonly item: Item } | undefined;
  let count = 0;
  for (const item of items) {
    if (before !== undefined && isBefore(item, before.item)) return false;
    before = { item };
    count += 1;
    if (count % runLength === 0) yield;
  }
  return true;
}

function* merge<Item>(
  left: readonly Item[],
  right: readonly Item[],
  isBefore: (left: Item, right: Item) => boolean,
): Steps<readonly Item[]> {
  const merged: Item[] = [];
  let [fromLeft, fromRight] = [0, 0];
  while (fromLeft < left.length && fromRight < right.length) {
    const [first, second] = [left[fromLeft] as Item, right[fromRight] as Item];
    if (isBefore(second, first)) {
      merged.push(second);
      fromRight += 1;
    } else {
      merged.push(first);
      fromLeft += 1;
    }
    if (merged.length % runLength === 0) yield;
  }
  return [...merged, ...left.slice(fromLeft), ...right.slice(fromRight)];
}

/** At least one item. */
export type Group<Item> = [Item, ...Item[]];

/**
 * Puts together the items that have the same key, in the order of the keys.
 *
 * @param keyOf - the key of an item
 */
export function* groupInSteps<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): Steps<readonly Group<Item>[]> {
  const groups: Group<Item>[] = [];
  const sorted = yield* sortInSteps(items, (left, right) => keyOf(left) < keyOf(right));
  yield* forEachInSteps(sorted, (item) => {
    const last = groups.at(-1);
    if (last !== undefined && keyOf(last[0]) === keyOf(item)) last.push(item);
    else groups.push([item]);
  });
  return groups;
}
