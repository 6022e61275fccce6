/** Pieces of the page, and what bounds them: whatever is stored, the page stays one request of at most 60 kB. */
import type { html } from "hono/html";
import { printable, shorten } from "../../base/printable.ts";

/** What hono's helper makes: every value in it is escaped. */
export type Markup = ReturnType<typeof html>;

/** Cuts a text of any length, and shows what is hidden in it. */
export function clip(text: string): string {
  return shorten(printable(shorten(text)));
}

/** The first of a list in a sentence, and how many more. */
export function enumerate(texts: readonly string[], max = 8): string {
  const more = texts.length > max ? [`${texts.length - max} more`] : [];
  return [...texts.slice(0, max).map(clip), ...more].join(", ");
}

/**
 * Takes the first pieces that fit.
 *
 * @param pieces - rendered one by one, only as long as there is room
 * @param sectionBytes - how many bytes they may take together
 */
export async function takeFitting(
  pieces: Iterable<Markup>,
  sectionBytes: number,
): Promise<{ readonly taken: readonly Markup[]; readonly count: number }> {
  const taken: Markup[] = [];
  let left = sectionBytes;
  for (const piece of pieces) {
    left -= Buffer.byteLength(String(await piece));
    if (left < 0) break;
    taken.push(piece);
  }
  return { taken, count: taken.length };
}
