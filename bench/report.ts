/** The measured rows as a Markdown table, and the page around it. */
import type { Row } from "./row.ts";

/** Renders the table. */
export function renderTable(rows: readonly Row[]): string {
  const head = "| what | ours | reference | ratio | goal | met |\n|---|---|---|---|---|---|\n";
  return head + rows.map((row) => `${renderRow(row)}\n`).join("");
}

function renderRow({ what, ours, reference, ratio, goal, met }: Row): string {
  const verdict = met === undefined ? "" : met ? "yes" : "**no**";
  return `| ${[what, ours, reference, ratio === undefined ? "" : `${ratio.toFixed(2)}x`, goal, verdict].join(" | ")} |`;
}

/** Renders docs/performance.md. */
export function renderPage(rows: readonly Row[], fileSystem: string): string {
  return `${renderTable(rows)}${fileSystem}`;
}
