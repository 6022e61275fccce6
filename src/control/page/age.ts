/** Times as a person reads them: how long ago, in the largest unit, with the moment itself for machines. */
import { html } from "hono/html";
import type { Markup } from "./markup.ts";

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
] as const;

/**
 * Renders the time since a moment, as in `3 min`.
 *
 * @param moment - ISO 8601
 * @param now - milliseconds since 1970
 */
export function renderAge(moment: string, now: number): Markup {
  const milliseconds = Math.max(0, now - Date.parse(moment));
  const [unit, size] = units.find((entry) => milliseconds >= entry[1]) ?? ["s", 1000];
  return html`<time datetime="${moment}">${Math.floor(milliseconds / size)} ${unit}</time>`;
}
