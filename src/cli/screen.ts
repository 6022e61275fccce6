/** A terminal's second screen for something live: drawn over itself without a flicker, and gone without a trace when the process ends. */

export interface LiveScreen {
  /** Shows lines in place of those before; what does not fit is cut, with a line that says so. */
  readonly draw: (lines: readonly string[]) => void;
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
  return { draw: (lines) => stream.write(renderFrame(lines, stream.rows)) };
}

/**
 * Makes the bytes of one frame.
 *
 * @param lines - each no wider than the screen
 * @param rows - the height of the screen
 */
export function renderFrame(lines: readonly string[], rows: number): string {
  const hidden = lines.length - rows;
  const shown = hidden <= 0 ? lines : [...lines.slice(0, rows - 1), `… ${hidden + 1} more lines in a taller window`];
  const text = shown.map((line) => line + control.endOfLine).join("\r\n");
  return control.frame + text + control.endOfFrame;
}
