/** Passes a change on at once, and gathers those that follow it closely, so that a burst costs few writes. */
import type { KeyChange } from "./skydns/team-model.ts";
import type { TeamNews } from "./team-source.ts";

/** Milliseconds between two changes that are passed on, and how many are gathered at most. */
const usualWait = 50;
const mostChanges = 5_000;

type Changes = Extract<TeamNews, { kind: "changes" }>;

/**
 * Passes news on, with changes that come together or soon after others as one.
 *
 * @param wait - milliseconds between two changes that are passed on
 */
export async function* gatherChanges(
  news: AsyncGenerator<TeamNews, void>,
  wait: number = usualWait,
): AsyncGenerator<TeamNews, void> {
  let next = news.next();
  let earliest = 0;
  try {
    for (let step = await next; step.done !== true; step = await next) {
      next = news.next();
      if (step.value.kind !== "changes") {
        yield step.value;
        continue;
      }
      const advance = (): void => {
        next = news.next();
      };
      yield await gather(step.value, { next: () => next, advance, wait: Math.max(0, earliest - performance.now()) });
      earliest = performance.now() + wait;
    }
  } finally {
    // What comes after the end is nobody's concern, nor that it failed.
    next.catch(() => undefined);
    void news.return();
  }
}

type Step = IteratorResult<TeamNews, void>;

async function gather(
  first: Changes,
  { next, advance, wait }: { readonly next: () => Promise<Step>; readonly advance: () => void; readonly wait: number },
): Promise<Changes> {
  const changes: KeyChange[] = [...first.changes];
  let { position } = first;
  const { promise: isOver, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), wait);
  try {
    while (changes.length < mostChanges) {
      const step = await Promise.race([next(), isOver]);
      if (step?.done !== false || step.value.kind !== "changes") break;
      changes.push(...step.value.changes);
      ({ position } = step.value);
      advance();
    }
  } finally {
    clearTimeout(timer);
  }
  return { kind: "changes", position, changes };
}
