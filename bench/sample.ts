/** Repeats what is compared turn by turn, so that whatever else the machine does falls on all of it alike. */

/** The middle of several numbers. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The number that a share of the others does not pass. */
export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length * share)] ?? Number.NaN;
}

/** Measures one turn; returns milliseconds, or whatever is compared. */
export type Measure = () => number | Promise<number>;

/**
 * Runs every measure once a turn, in the same order, after one turn that does not count.
 *
 * @param turns - how often
 * @param measures - by name
 * @returns the median of each
 */
export async function interleave<Name extends string>(
  turns: number,
  measures: Readonly<Record<Name, Measure>>,
): Promise<Readonly<Record<Name, number>>> {
  const names = Object.keys(measures) as Name[];
  const values = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let turn = 0; turn <= turns; turn += 1) {
    for (const name of names) {
      const value = await measures[name]();
      if (turn > 0) values.get(name)?.push(value);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(values.get(name) ?? [])])) as Record<Name, number>;
}

/** Milliseconds that some work takes. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
