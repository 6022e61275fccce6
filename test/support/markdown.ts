/** Reads the documentation as its readers and their shells do: pages, headings, links, commands. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");

export interface Page {
  /** From the root of the repository, as in `docs/tutorial.md`. */
  readonly path: string;
  readonly text: string;
}

export interface Fence {
  /** The word behind the three backticks, empty for none. */
  readonly language: string;
  readonly code: string;
}

/** Every page of the documentation. */
export function readPages(): readonly Page[] {
  const ofRoot = readdirSync(root).filter((name) => name.endsWith(".md"));
  const ofDocs = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name));
  return [...ofRoot, ...ofDocs].map(readPage);
}

/** One page by its path from the root of the repository. */
export function readPage(path: string): Page {
  return { path, text: readFileSync(join(root, path), "utf8") };
}

/** The fenced blocks of a page in their order. */
export function fencesOf({ text }: Page): readonly Fence[] {
  return [...text.matchAll(/^```(\S*)\n([\s\S]*?)^```$/gm)].map(([, language = "", code = ""]) => ({ language, code }));
}

/** The text without fenced blocks and code spans. */
export function proseOf({ text }: Page): string {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, "").replaceAll(/`[^`\n]*`/g, "");
}

/** Everything that a reader may type: fenced blocks but diagrams, and code spans, each with continued lines joined. */
export function codeOf(page: Page): readonly string[] {
  const fences = fencesOf(page).filter(({ language }) => language !== "mermaid");
  const outside = page.text.replaceAll(/^```[\s\S]*?^```$/gm, "");
  const spans = [...outside.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
  return [...fences.map(({ code }) => code), ...spans].map((code) => code.replaceAll("\\\n", " "));
}

/** Headings with their text, as in `## What is saved`. */
export function headingsOf({ text }: Page): readonly string[] {
  const outside = text.replaceAll(/^```[\s\S]*?^```$/gm, "");
  return [...outside.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) => heading);
}

/** The anchor that a heading gets where pages are shown: lower case, no punctuation, hyphens for spaces. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
}

/** Targets of the links of a page. */
export function linksOf(page: Page): readonly string[] {
  return [...proseOf(page).matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = ""]) => target);
}
