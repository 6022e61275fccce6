/** The server's log: text for a terminal and for the system's journal, JSON for machines, always on standard error. */
import { pino } from "pino";
import type { Log } from "../../base/log.ts";
import { platform } from "../../platform/current.ts";
import { printable, printableLines } from "../../base/printable.ts";

const standardError = 2;

/** pino's number for a warning; errors have higher ones. */
const warnLevel = 40;
const debugLevel = 20;

/**
 * Makes the log.
 *
 * @param options - the format, where `auto` means text on a terminal and in the journal; and whether every request is
 *   logged
 */
export async function makeLogger(options: {
  readonly format: "auto" | "text" | "json";
  readonly isDebug: boolean;
}): Promise<Log> {
  const { format, isDebug } = options;
  const level = isDebug ? "debug" : "info";
  const isJournal = platform.services.isLog(process.env, standardError);
  const isText = format === "text" || (format === "auto" && (process.stderr.isTTY || isJournal));
  return isText ? makeTextLog(level, { isDebug, isJournal }) : makeJSONLog(level);
}

function makeJSONLog(level: string): Log {
  return pino({ level, base: null }, openStandardError("\n"));
}

/**
 * A log file on a full disk must not end the server: what cannot be logged is left out. Names come from outside, and must
 * not be able to speak to a terminal.
 *
 * @param keep - characters that are ours
 */
function openStandardError(keep: string): ReturnType<typeof pino.destination> {
  const stream = pino.destination({ fd: standardError, sync: true }).on("error", () => {});
  const write = stream.write.bind(stream);
  return Object.assign(stream, { write: (text: string) => write(printableLines(text, keep)) });
}

async function makeTextLog(
  level: string,
  { isDebug, isJournal }: { readonly isDebug: boolean; readonly isJournal: boolean },
): Promise<Log> {
  // The bundle knows this CommonJS module by its default export alone.
  const { default: PinoPretty } = await import("pino-pretty");
  const colorize = process.stderr.isTTY && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
  const destination = PinoPretty({
    colorize,
    destination: openStandardError(colorize ? "\n\u001b" : "\n"),
    translateTime: "HH:MM:ss",
    hideObject: !isDebug,
    // The journal has its own.
    ignore: isJournal ? "time,level" : "",
    messageFormat: ({ level: entryLevel, code, msg }, _key, _label, { colors }) => {
      const message = printable(typeof msg === "string" ? msg : "");
      const isTold = typeof entryLevel === "number" && entryLevel >= warnLevel && typeof code === "string";
      const told = isTold ? `${message} ${colors.dim(`[${code}]`)}` : message;
      return isJournal ? `${platform.services.logPrefix(levelOf(entryLevel))}${told}` : told;
    },
  });
  const log: Log = pino({ level, base: null }, destination);
  return log;
}

function levelOf(level: unknown): "debug" | "info" | "warning" | "error" {
  if (typeof level !== "number" || level < warnLevel) return level === debugLevel ? "debug" : "info";
  return level === warnLevel ? "warning" : "error";
}
