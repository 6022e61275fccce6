/** Which sinks show a name, and where one answers, for texts that people read. */
import type { Status } from "./status.ts";

/**
 * Finds the sinks that show a name.
 *
 * @returns their titles, as in `hosts file`; undefined where the server does not say, as one of version 0.1.0
 */
export function shownBy(
  { sinks }: Pick<Status, "sinks">,
  { sinks: ids }: Pick<Status["names"]["list"][number], "sinks">,
): readonly string[] | undefined {
  return ids && sinks.filter(({ id }) => id !== undefined && ids.includes(id)).map(({ name }) => name);
}

/** A title as the start of a sentence or a heading, as in `Hosts file`. */
export function headingOf(title: string): string {
  return title.charAt(0).toUpperCase() + title.slice(1);
}

/** Where the DNS responder answers, each address and port once. */
export function answersOn({ sockets }: NonNullable<Status["sinks"][number]["responder"]>): readonly string[] {
  return [...new Set(sockets.filter(({ open }) => open).map(({ address }) => address))];
}
