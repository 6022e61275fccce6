/** What `doctor` prints in the example of the troubleshooting page, in the colours of a terminal. */
import { styleText } from "node:util";
import { formats } from "../../src/cli/terminal.ts";
import { fencesOf, readPage } from "../../test/support/markdown.ts";
import { typed } from "./terminal.ts";

/** The parts of the output, and how `doctor` colours them. */
const parts = [
  { pattern: /^PROBLEM/gm, style: "bad" },
  { pattern: /^ok/gm, style: "good" },
  { pattern: /^skipped/gm, style: "faint" },
  { pattern: /^ {11}\S.*$/gm, style: "command" },
] as const;

/** The text with its colours. */
export function doctorText(): string {
  const example = fencesOf(readPage("docs/troubleshooting.md")).find(({ code }) => code.startsWith("PROBLEM"));
  const text = parts.reduce(
    (painted, { pattern, style }) =>
      painted.replaceAll(pattern, (found) => styleText(formats[style], found, { validateStream: false })),
    example?.code ?? "",
  );
  return typed("hostsfile-server doctor") + text;
}
