/** The licences of what a bundle holds, with their whole texts, from what really went into it. */
import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";

const root = join(import.meta.dirname, "..");

export const noticesName = "THIRD-PARTY-NOTICES.txt";

const isLicence = /^(?:un)?licen[cs]e|^copying|^notice/i;

/**
 * Packages that come without their licence's text. The Apache License is the one that this program has too; what else
 * holds for a file is in the comment that opens it.
 */
const withoutText: Readonly<Record<string, { readonly opening: string }>> = {
  "@bufbuild/protobuf": { opening: "dist/esm/wire/varint.js" },
};

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
  const texts = readdirSync(folder)
    .filter((file) => isLicence.test(file))
    .map((file) => readFileSync(join(folder, file), "utf8"));
  const known = withoutText[name];
  if (texts.length === 0 && known !== undefined) {
    texts.push(readFileSync(join(root, "LICENSE"), "utf8"), openingOf(join(folder, known.opening)));
  }
  if (texts.length === 0) throw new Error(`${basename(folder)} has no file of its licence; see scripts/notices.ts`);
  return renderNotice(`${name} ${version}${license === undefined ? "" : ` (${license})`}`, texts.join("\n"));
}

/** The lines of the comment that opens a file, without their slashes. */
function openingOf(file: string): string {
  const [opening = ""] = /^(?:\/\/.*\n)+/.exec(readFileSync(file, "utf8")) ?? [];
  if (opening === "") throw new Error(`${file} opens without a comment; see scripts/notices.ts`);
  return opening.replaceAll(/^\/\/ ?/gm, "");
}
