/** The server's log: JSON for machines, text for a terminal, always on standard error. */
import { pino } from "pino";
import type { Log } from "../log.ts";

const standardError = 2;

/** pino's number for a warning; errors have higher ones. */
const warnLevel = 40;

/**
 * Makes the log.
 *
 * @param options - the format, where `auto` means text on a terminal; and whether every request is logged
 */
export async function makeLogger(options: {
  readonly format: "auto" | "text" | "json";
  readonly isDebug: boolean;
}): Promise<Log> {
  const { format, isDebug } = options;
  const level = isDebug ? "debug" : "info";
  const isText = format === "text" || (format === "auto" && process.stderr.isTTY);
  return isText ? makeTextLog(level, isDebug) : makeJSONLog(level);
}

function makeJSONLog(level: string): Log {
  return pino({ level, base: null }, openStandardError());
}

/** A log file on a full disk must not end the server: what cannot be logged is left out. */
function openStandardError(): ReturnType<typeof pino.destination> {
  return pino.destination({ fd: standardError, sync: true }).on("error", () => {});
}

async function makeTextLog(level: string, isDebug: boolean): Promise<Log> {
  // The bundle knows this CommonJS module by its default export alone.
  const { default: PinoPretty } = await import("pino-pretty");
  const destination = PinoPretty({
    colorize: process.stderr.isTTY && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb",
    destination: openStandardError(),
    translateTime: "HH:MM:ss",
    hideObject: !isDebug,
    messageFormat: ({ level: entryLevel, code, msg }, _key, _label, { colors }) => {
      const message = printable(typeof msg === "string" ? msg : "");
      const isTold = typeof entryLevel === "number" && entryLevel >= warnLevel && typeof code === "string";
      return isTold ? `${message} ${colors.dim(`[${code}]`)}` : message;
    },
  });
  const log: Log = pino({ level, base: null }, destination);
  return log;
}

/** Names come from outside, and must not be able to speak to the terminal. */
function printable(message: string): string {
  return message.replaceAll(/\p{Cc}/gu, " ");
}
