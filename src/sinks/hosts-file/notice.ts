/** What the sink tells a user about the hosts file beside failures of system calls. */
import { renderCommand } from "../../base/shell.ts";
import type { Advice, Trouble } from "../../base/trouble.ts";
import { guessCulprit } from "./culprit.ts";
import type { Rendering } from "./document/document.ts";
import { platform } from "../../platform/current.ts";

type Decided = Exclude<Rendering, { kind: "undecidable" }>;
type Undecidable = Extract<Rendering, { kind: "undecidable" }>;

interface NoticeInput {
  readonly path: string;
  readonly rendering: Decided;
  /** Path of the copy that was kept because the block was damaged. */
  readonly copy: string | undefined;
  /** Whether our block had been changed by somebody else and was restored. */
  readonly restored: boolean;
  /** Whether the file was missing. */
  readonly created: boolean;
}

const { asRoot, showUsers } = platform.commands;

/** Moved lines that are told of one by one. */
const maxMoved = 10;

/** Ranges of lines in one sentence. */
const maxRanges = 10;

/** The notices of one write. */
export function noticesOf({ path, rendering, copy, restored, created }: NoticeInput): readonly Trouble[] {
  const notices: Trouble[] = [];
  if (created) notices.push(createdNotice(path));
  for (const { line, text } of rendering.moved.slice(0, maxMoved)) notices.push(movedNotice(path, line, text));
  const more = rendering.moved.slice(maxMoved);
  if (more.length > 0) notices.push(moreMovedNotice(path, more));
  if (rendering.damage.length > 0) notices.push(damagedNotice(path, rendering.damage, copy));
  else if (restored) notices.push(restoredNotice(path, rendering.userPart));
  return notices;
}

function createdNotice(path: string): Trouble {
  return {
    code: "hosts-file-created",
    message: `${path} was missing and has been created.`,
    hint: `If you did not expect that, check the path. A system's own file also needs \`127.0.0.1 localhost\` and \`::1 localhost\`.`,
  };
}

function movedNotice(path: string, line: number, text: string): Trouble {
  return {
    code: "hosts-file-line-moved",
    message: `${path}:${line}: your line \`${text}\` was inside the managed block and was moved before it.`,
    hint: "Write your own lines outside the two hostsfile-server markers.",
  };
}

function moreMovedNotice(path: string, moved: Decided["moved"]): Trouble {
  return {
    code: "hosts-file-line-moved",
    message: `${path}: ${moved.length} more lines were inside the managed block and were moved before it (${inLines(moved.map(({ line }) => line))}).`,
    hint: "Write your own lines outside the two hostsfile-server markers.",
  };
}

function damagedNotice(path: string, lines: readonly number[], copy: string | undefined): Trouble {
  return {
    code: "hosts-file-block-damaged",
    message: `${path}: the managed block was damaged (${inLines(lines)}) and has been put in order. No line of yours was touched.`,
    severity: "info",
    hint: copy === undefined ? "Nothing to do." : `Nothing to do. The file as it was is kept in ${copy}.`,
  };
}

function restoredNotice(path: string, userPart: string): Trouble {
  const culprit = guessCulprit(userPart);
  return {
    code: "hosts-file-block-restored",
    message: `${path}: another program or user changed the managed block${culprit === undefined ? "" : ` (${culprit.names}?)`}. It has been restored.`,
    ...(culprit?.hint === undefined
      ? { hint: "To remove the block for good:", command: asRoot("hostsfile-server clear") }
      : { hint: culprit.hint }),
  };
}

/** Another program keeps taking our lines out, and we have stopped answering each time. */
export function contestedTrouble(path: string, userPart: string): Trouble {
  const culprit = guessCulprit(userPart);
  return {
    code: "hosts-file-contested",
    message: `${path}: ${culprit === undefined ? "another program" : culprit.names} keeps changing the managed block. From now on it is restored only once a minute.`,
    ...(culprit?.hint === undefined ? findWriter(path) : { hint: culprit.hint }),
  };
}

function findWriter(path: string): Advice {
  return {
    hint: "Stop that program, or keep it away from the lines between the markers. This shows which one has the file open:",
    command: showUsers(path),
  };
}

/** Lines that may be ours or the user's; only a person can tell. */
export function undecidableTrouble(path: string, { markers, lines }: Undecidable): Trouble {
  const script = markers.map((line) => `${line}d`).join(";");
  return {
    code: "hosts-file-block-undecidable",
    message: `${path} was left as it is: the markers of the managed block are damaged (${inLines(markers)}), and ${inLines(lines)} may be yours or an old part of the block.`,
    hint: `Delete those of ${inLines(lines)} that are not yours. Then delete the markers. What remains counts as yours. This deletes the markers alone:`,
    command: asRoot(renderCommand(["sed", "-i", script, path])),
  };
}

/** The replaced file had another name, which nobody will find by its inode any more. */
export function linkedNotice(path: string): Trouble {
  return {
    code: "hosts-file-linked",
    message: `${path} had another name (a hard link), which keeps the old lines: ${path} is a new file now.`,
    hint: "If that name should show the same, make it a symbolic link:",
    command: asRoot(`ln -sfn ${renderCommand([path])} NAME`),
  };
}

/** Something was written into a file that had been replaced, and could not be brought in. */
export function lateCopyNotice(path: string, copy: string): Trouble {
  return {
    code: "hosts-file-late-edit",
    message: `${path} was saved by another program that had opened it before it was replaced, and it has changed since.`,
    hint: `What that program saved is kept in ${copy}. Compare the two:`,
    command: renderCommand(["diff", copy, path]),
  };
}

/** A write in place failed half-way, and what failed it also hinders the repair. */
export function tornTrouble(path: string, journal: string, reason: Trouble | undefined): Trouble {
  return {
    code: "hosts-file-torn",
    message: `${path} is half written, because a write failed, and cannot be repaired yet: ${reason?.message ?? "an unknown error."}`,
    hint: `Nothing is lost: ${journal} holds the file as it was, and the server repairs the file before it writes anything else. ${reason?.hint ?? ""}`.trim(),
    command: reason?.command,
  };
}

/** A write in place had failed half-way, or its process had ended there. */
export function repairedNotice(path: string, copy: string | undefined): Trouble {
  return {
    code: "hosts-file-mended",
    message: `${path}: a write did not finish and left the file half written. It has been repaired. No line of yours was lost.`,
    severity: "info",
    hint: copy === undefined ? "Nothing to do." : `Nothing to do. The half-written file is kept in ${copy}.`,
  };
}

/** Such a file was edited before it could be repaired, so what is right in it only a person can tell. */
export function tornEditedNotice(path: string, copy: string): Trouble {
  return {
    code: "hosts-file-torn-edited",
    message: `${path}: a write did not finish, and the file was edited before it could be repaired.`,
    hint: `The file as it was before that write is kept in ${copy}. Compare the two:`,
    command: renderCommand(["diff", copy, path]),
  };
}

/** The journal of such a write cannot be read. */
export function journalDamagedNotice(path: string, journal: string): Trouble {
  return {
    code: "hosts-file-journal-damaged",
    message: `The record of a write that did not finish is damaged, so ${path} could not be compared with it.`,
    hint: `Check ${path}. What is left of the record is kept in ${journal}: it holds the file as it was before that write and after it.`,
  };
}

function inLines(lines: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const line of lines) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === line - 1) last[1] = line;
    else ranges.push([line, line]);
  }
  const texts = ranges
    .slice(0, maxRanges)
    .map(([first, last]) => (first === last ? `${first}` : `${first} to ${last}`));
  const more = ranges.length > maxRanges ? " and more" : "";
  return `${lines.length === 1 ? "line" : "lines"} ${texts.join(", ")}${more}`;
}
