/** How long ago something was, with the moment itself for machines. */
import { html } from "hono/html";
import { formatAge } from "../../base/age.ts";
import type { Markup } from "./markup.ts";

/**
 * Renders the time since a moment, as in `3 min`.
 *
 * @param moment - ISO 8601
 * @param now - milliseconds since 1970
 */
export function renderAge(moment: string, now: number): Markup {
  return html`<time datetime="${moment}">${formatAge(moment, now)}</time>`;
}
