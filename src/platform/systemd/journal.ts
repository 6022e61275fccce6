/** systemd's journal, as the standard error of a service. */
import { fstatSync } from "node:fs";

/**
 * Whether a descriptor is connected to the journal. A variable names its stream, since a program may have been given
 * another one in the meantime (systemd.exec(5), JOURNAL_STREAM).
 */
export function isConnectedToJournal(environment: NodeJS.Dict<string>, descriptor: number): boolean {
  const { JOURNAL_STREAM: stream } = environment;
  if (stream === undefined) return false;
  const { dev, ino } = fstatSync(descriptor);
  return stream === `${dev}:${ino}`;
}

/** What gives a line its level (sd-daemon(3)). */
export function journalPrefix(level: keyof typeof priorities): string {
  return `<${priorities[level]}>`;
}

const priorities = { debug: 7, info: 6, warning: 4, error: 3 } as const;
