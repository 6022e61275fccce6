/** What a benchmark says: one line of the table. */
import { median, quantile } from "./sample.ts";

export interface Row {
  readonly what: string;
  /** With its unit, as in `3.1 ms`. */
  readonly ours: string;
  /** What it is held against, measured in the same run, and its value. */
  readonly reference: string;
  /** Ours divided by the reference. */
  readonly ratio: number | undefined;
  readonly goal: string;
  /** Undefined when nothing is demanded. */
  readonly met: boolean | undefined;
}

/** A row that holds a measured value against one measured beside it. */
export function ratioRow(measured: {
  readonly what: string;
  readonly ours: number;
  readonly reference: number;
  /** What the reference is. */
  readonly against: string;
  readonly atMost: number;
  readonly format: (value: number) => string;
}): Row {
  const { what, ours, reference, against, atMost, format } = measured;
  const ratio = ours / reference;
  return {
    what,
    ours: format(ours),
    reference: `${against}: ${format(reference)}`,
    ratio,
    goal: `at most ${atMost}x`,
    met: ratio <= atMost,
  };
}

/** A row that holds a measured value against a number published elsewhere. */
export function fasterRow(measured: { readonly what: string; readonly ours: number; readonly published: number }): Row {
  const { what, ours, published } = measured;
  return {
    what,
    ours: milliseconds(ours),
    reference: `published: ${milliseconds(published)}`,
    ratio: ours / published,
    goal: "faster",
    met: ours < published,
  };
}

/** A row that holds measured milliseconds against a limit. */
export function limitRow(measured: { readonly what: string; readonly ours: number; readonly atMost: number }): Row {
  const { what, ours, atMost } = measured;
  const goal = `at most ${atMost} ms`;
  return { what, ours: milliseconds(ours), reference: "", ratio: undefined, goal, met: ours <= atMost };
}

/** A row that holds the middle of measured milliseconds, and the one that 99 of 100 do not pass, against their limits. */
export function latencyRow(measured: {
  readonly what: string;
  readonly times: readonly number[];
  readonly atMost: readonly [middle: number, late: number];
}): Row {
  const { what, times, atMost } = measured;
  const [middle, late] = [median(times), quantile(times, 0.99)];
  return {
    what,
    ours: `${milliseconds(middle)}, p99 ${milliseconds(late)}`,
    reference: "",
    ratio: undefined,
    goal: `at most ${atMost[0]} ms, p99 ${atMost[1]} ms`,
    met: middle <= atMost[0] && late <= atMost[1],
  };
}

/** A row whose goal is a Node that does nothing, and some milliseconds. */
export function beyondNodeRow(measured: {
  readonly what: string;
  readonly ours: number;
  readonly node: number;
  readonly allowance: number;
}): Row {
  const { what, ours, node, allowance } = measured;
  return {
    what,
    ours: milliseconds(ours),
    reference: `node -e 0: ${milliseconds(node)}`,
    ratio: ours / node,
    goal: `at most ${allowance} ms more`,
    met: ours <= node + allowance,
  };
}

/** Writes a duration in three digits or so. */
export function milliseconds(value: number): string {
  return `${digits(value)} ms`;
}

/** Writes a duration given in milliseconds as microseconds. */
export function microseconds(value: number): string {
  return `${digits(value * 1000)} µs`;
}

/** Writes a number of bytes as MiB. */
export function mebibytes(value: number): string {
  return `${digits(value / 1024 / 1024)} MiB`;
}

function digits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}
