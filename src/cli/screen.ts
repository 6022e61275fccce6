/** A terminal's second screen for something live: drawn over itself without a flicker, and gone without a trace when the process ends. */
import { stripVTControlCharacters } from "node:util";

interface LiveScreen {
  /** Shows lines in place of those before. */
  readonly draw: (frame: Frame) => void;
}

interface Frame {
  /** Where these do not fit they are cut, with a line that says so. */
  readonly lines: readonly string[];
  /** The lines below them, which are always shown. */
  readonly footer: readonly string[];
}

/** Control sequences of xterm and all that follow it (xterm-ctlseqs). */
const control = {
  enter: "\u001B[?1049h\u001B[?25l",
  leave: "\u001B[?25h\u001B[?1049l",
  /** From home on; a terminal that knows it shows nothing before the end of the frame. */
  frame: "\u001B[?2026h\u001B[H",
  endOfLine: "\u001B[K",
  endOfFrame: "\u001B[J\u001B[?2026l",
} as const;

/**
 * Opens the second screen until the process ends. Ctrl-Z gives the first one back for as long as it lasts.
 *
 * @param stream - a terminal
 * @param redraw - called when the size changed, or the second screen is back
 */
export function openScreen(stream: NodeJS.WriteStream, redraw: () => void): LiveScreen {
  stream.write(control.enter);
  process.once("exit", () => stream.write(control.leave));
  process.on("SIGTSTP", () => {
    stream.write(control.leave);
    process.kill(process.pid, "SIGSTOP");
  });
  process.on("SIGCONT", () => {
    stream.write(control.enter);
    redraw();
  });
  stream.on("resize", redraw);
  return { draw: (frame) => stream.write(renderFrame(frame, stream)) };
}

/**
 * Makes the bytes of one frame, which never scrolls.
 *
 * @param size - of the screen
 */
export function renderFrame({ lines, footer }: Frame, size: Size): string {
  const whole = fitting([...lines, ...footer], size.rows, size);
  const isCut = whole.length < lines.length + footer.length;
  const text = (isCut ? cut({ lines, footer }, size) : whole).map((line) => line + control.endOfLine).join("\r\n");
  return control.frame + text + control.endOfFrame;
}

type Size = Pick<NodeJS.WriteStream, "rows" | "columns">;

function cut({ lines, footer }: Frame, size: Size): readonly string[] {
  const below = fitting(footer, size.rows - 1, size);
  const above = fitting(lines, size.rows - 1 - rowsOf(below, size), size);
  return [...above, `… ${lines.length - above.length} more lines in a taller window`, ...below];
}

/** The first lines that fit; one that is wider than the screen, as a command may be, takes several rows of it. */
function fitting(lines: readonly string[], rows: number, size: Size): readonly string[] {
  let room = rows;
  const end = lines.findIndex((line) => (room -= rowsOf([line], size)) < 0);
  return end === -1 ? lines : lines.slice(0, end);
}

function rowsOf(lines: readonly string[], { columns }: Size): number {
  const widths = lines.map((line) => stripVTControlCharacters(line).length);
  return widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
}
