/** Does every resolver read the hosts file's bytes as they are meant? Each of them stumbles over something else. */
import { renderCommand } from "../../base/shell.ts";
import { readUserNames } from "../../sinks/hosts-file/document/user-line.ts";
import type { Trouble } from "../../base/trouble.ts";
import { type Check, type Finding, ok } from "../check.ts";
import { lookAtHostsFile } from "../looks/hosts-file.ts";
import { platform } from "../../platform/current.ts";

export const hostsFileBytes: Check = {
  id: "hosts-file-bytes",
  title: "Every resolver can read the hosts file",
  needs: ["hosts-file-there"],
  run: async ({ once }) => {
    const { path, real, text } = await once(lookAtHostsFile);
    if (text === undefined) return [ok(`This user may not read ${path}; root sees more.`)];
    const found = judgeBytes(real, text);
    return found.length > 0 ? found : [ok(`${path} is text that every resolver reads.`)];
  },
};

/** A byte order mark (UTF-8) as bytes read as latin1. */
const byteOrderMark = "\u00ef\u00bb\u00bf";

/** Bytes of a line that musl reads; what follows is a line of its own to it (lookup_name.c, name_from_hosts). */
const mostOfMusl = 511;

/** Bytes of a line beyond which systemd-resolved gives up the whole file (resolved-etc-hosts.c, LONG_LINE_MAX). */
const mostOfResolved = 1024 * 1024;

/** Lines beyond which each lookup costs about 10 ms (measured with glibc). */
const manyLines = 100_000;

/**
 * Judges the bytes.
 *
 * @param text - bytes read as latin1
 * @returns what is wrong; empty when nothing is
 */
export function judgeBytes(path: string, text: string): readonly Finding[] {
  const lines = text.split("\n");
  return [
    ...ofStart(path, text, lines[0] ?? ""),
    ...(text.includes("\0") ? [nulByte(path, lines)] : []),
    ...(/\r(?!\n|$)/.test(text) ? [loneReturn(path, lines)] : []),
    ...ofLongLines(path, lines),
    ...(text === "" || text.endsWith("\n") ? [] : [unended(path)]),
    ...(lines.length > manyLines ? [large(path, lines.length)] : []),
  ];
}

function ofStart(path: string, text: string, firstLine: string): readonly Finding[] {
  if (!text.startsWith(byteOrderMark)) return [];
  const names = [...readUserNames(firstLine.slice(byteOrderMark.length)).keys()];
  const lost = names.length === 0 ? "" : `, and resolvers do not find ${names.join(", ")} in the first line`;
  const trouble = {
    code: "hosts-file-bom",
    message: `${path} begins with a byte order mark, which an editor put there${lost}.`,
    hint: "Take it away:",
    command: sed(String.raw`1s/^\xef\xbb\xbf//`, path),
  };
  return [{ grade: names.length === 0 ? "note" : "problem", ...trouble }];
}

function nulByte(path: string, lines: readonly string[]): Finding {
  const line = lines.findIndex((text) => text.includes("\0")) + 1;
  return warning({
    code: "hosts-file-nul",
    message: `${path}:${line}: the line holds a NUL byte, where resolvers stop reading it.`,
    hint: "Take such bytes away:",
    command: sed(String.raw`s/\x00//g`, path),
  });
}

function loneReturn(path: string, lines: readonly string[]): Finding {
  const line = lines.findIndex((text) => /\r(?!$)/.test(text)) + 1;
  return warning({
    code: "hosts-file-lone-return",
    message: `${path}:${line}: a carriage return alone does not end a line. Resolvers give the names after it the address before it.`,
    hint: "End every line as resolvers expect it:",
    command: sed(String.raw`s/\r$//; s/\r/\n/g`, path),
  });
}

function ofLongLines(path: string, lines: readonly string[]): readonly Finding[] {
  const longest = lines.reduce(
    (most, line, index) => (line.length > most.length ? { length: line.length, index } : most),
    {
      length: 0,
      index: 0,
    },
  );
  const place = `${path}:${longest.index + 1}: the line has ${longest.length} bytes`;
  const hint = "Split it: one address and one name a line.";
  if (longest.length >= mostOfResolved) {
    return [
      warning({
        code: "hosts-file-long-line",
        message: `${place}; systemd-resolved does not read a file with it.`,
        hint,
      }),
    ];
  }
  const isComment = /^\s*#/.test(lines[longest.index] ?? "");
  if (longest.length <= mostOfMusl || isComment) return [];
  return [
    {
      grade: "note",
      code: "hosts-file-long-line",
      message: `${place}; musl (Alpine) reads ${mostOfMusl} of them.`,
      hint,
    },
  ];
}

function unended(path: string): Finding {
  const hint = "End it:";
  const command = `echo | ${platform.commands.asRoot(renderCommand(["tee", "-a", path]))}`;
  const message = `${path} does not end its last line; musl (Alpine) does not find the last name in it.`;
  return { grade: "note", code: "hosts-file-unended", message, hint, command };
}

function large(path: string, count: number): Finding {
  const hint = "Nothing to do, unless names resolve slowly; then a DNS server serves a list of this size better.";
  return {
    grade: "note",
    code: "hosts-file-large",
    message: `${path} has ${count} lines, which every lookup reads.`,
    hint,
  };
}

function warning(trouble: Trouble): Finding {
  return { grade: "warning", ...trouble };
}

function sed(script: string, path: string): string {
  return platform.commands.asRoot(renderCommand(["sed", "-i", script, path]));
}
