/** A terminal's text as a web page, so that a browser can take its picture, in the colours that our programs use. */

/** The codes of SGR (ECMA-48) that `styleText` writes, and what they look like; any other ends what began before. */
const looks: Readonly<Record<string, string>> = {
  1: "font-weight: bold",
  2: "color: #9aa0a6",
  31: "color: #ff7b72",
  32: "color: #7ee787",
  36: "color: #79c0ff",
};

/** Of the terminal. */
export const columns = 80;

/** The line in which a command was typed. */
export function typed(command: string): string {
  return `\u001B[2m$\u001B[22m ${command}\n`;
}

/**
 * Renders the page.
 *
 * @param text - with escape sequences for colours and no others
 */
export function renderTerminal(text: string): string {
  const body = text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/\u001B\[(\d+)m/g, (_, code: string) => (code in looks ? `<span style="${looks[code]}">` : "</span>"));
  return `<!doctype html><meta charset="utf-8"><style>
    body { margin: 0; background: #0d1117; color: #e6edf3; display: inline-block; }
    pre { margin: 1em; width: ${columns}ch; font: 15px/1.4 "DejaVu Sans Mono", monospace; white-space: pre-wrap; word-break: break-all; }
  </style><pre>${body}</pre>`;
}
