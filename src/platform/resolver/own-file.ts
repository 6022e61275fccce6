/** Files of ours in folders of others: each says that it is ours and vouches for its text, so that what others changed is known. */
import { createHash } from "node:crypto";

/** What opens a comment, in the file's own syntax. */
type CommentSign = "#" | ";";

export interface OwnFile {
  readonly path: string;
  /** With the line that vouches for the rest. */
  readonly content: string;
}

/**
 * Makes a file of ours.
 *
 * @param lines - without line ends
 */
export function ownFile(path: string, lines: readonly string[], sign: CommentSign = "#"): OwnFile {
  const body = lines.map((line) => `${line}\n`).join("");
  return { path, content: `${headerOf(sign, body)}\n${body}` };
}

/** Whether a text is byte for byte what this or an earlier version of the program wrote. */
export function isOwn(text: string): boolean {
  const end = text.indexOf("\n");
  const sign = text.startsWith(";") ? ";" : "#";
  return end !== -1 && text.slice(0, end) === headerOf(sign, text.slice(end + 1));
}

function headerOf(sign: CommentSign, body: string): string {
  const digest = createHash("sha256").update(body).digest("hex").slice(0, 16);
  return `${sign} hostsfile-server wrote this file (${digest}) and removes it. If you change it, it is yours and stays.`;
}
