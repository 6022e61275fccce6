/** The licences of what a bundle holds, with their whole texts, from what really went into it. */
import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";

const root = join(import.meta.dirname, "..");

export const noticesName = "THIRD-PARTY-NOTICES.txt";

const isLicence = /^(?:un)?licen[cs]e|^copying|^notice/i;

/**
 * Renders the notices, one part for each package.
 *
 * @param inputs - files of a bundle, relative to the root of the repository
 * @throws Error when a package has no file of a licence
 */
export function renderNotices(inputs: readonly string[]): string {
  const folders = new Set(
    inputs.flatMap((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []),
  );
  const parts = [...folders].toSorted().map((folder) => renderPackage(join(root, folder)));
  return ["This program holds the following packages, with these licences.\n", ...new Set(parts)].join(`\n${line}\n`);
}

/** A further part, for a work that is not a package. */
export function renderNotice(title: string, text: string): string {
  return `${title}\n\n${text.trim()}\n`;
}

/** The line between two parts. */
export const line = "=".repeat(80);

function renderPackage(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly name: string;
    readonly version: string;
    readonly license?: string;
  };
  const files = readdirSync(folder).filter((file) => isLicence.test(file));
  if (files.length === 0) throw new Error(`${basename(folder)} has no file of its licence; see scripts/notices.ts`);
  const texts = files.map((file) => readFileSync(join(folder, file), "utf8"));
  return renderNotice(`${name} ${version}${license === undefined ? "" : ` (${license})`}`, texts.join("\n"));
}
