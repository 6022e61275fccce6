/** The frame of every page: style and script are part of it, and nothing else is ever loaded. */
import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import type { Markup } from "./markup.ts";
import { script } from "./script.ts";
import { style } from "./style.ts";

/** A line of a hosts file, as a picture in the page itself. */
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='3' fill='%230a5fb4'/%3E%3Cpath d='M4 5h8M4 8h8M4 11h5' stroke='%23fff' stroke-width='1.5'/%3E%3C/svg%3E";

/**
 * The headers of every page (Content Security Policy Level 3): only this style and this script, found by their digests,
 * and requests to this server alone; no frame around it, so that nobody is made to click in it.
 */
export const pageHeaders: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    `style-src '${digest(style)}'`,
    `script-src '${digest(script)}'`,
    "img-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  vary: "accept, cookie",
};

function digest(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/**
 * Renders a whole page.
 *
 * @param page - its title, its body, the revision of what it shows; without a revision it is not live and has no script
 */
export async function renderHTML(page: {
  readonly title: string;
  readonly body: Markup;
  readonly revision?: string;
}): Promise<string> {
  const { title, body, revision } = page;
  return String(
    await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="${icon}">
${raw(`<style>${style}</style>`)}
</head>
<body${revision !== undefined && html` data-revision="${revision}"`}>
${body}
${revision !== undefined && raw(`<script>${script}</script>`)}
</body>
</html>
`,
  );
}
