/** What desktops are told, as lines of JSON, each of a bounded length. */
import { type FollowLine, lineMost } from "../../contract/follow.ts";
import type { ManagedDomain } from "../../records/managed-domain.ts";
import { nodePrefix } from "../../records/skydns-key.ts";
import type { LogEntry, LoggedChange } from "./change-log.ts";

export type FollowPosition = NonNullable<FollowLine["position"]>;

/** Characters that a change takes in a line at most, where each of its own becomes six by escapes. */
const escaped = 6;

/** Says of keys whether they belong to domains. */
export class Audience {
  /** The same for the same domains. */
  readonly id: string;
  readonly #prefixes: readonly string[];

  /** @param domains - none of which lies in another; all of the team where empty */
  constructor(domains: readonly ManagedDomain[]) {
    this.id = domains.join();
    this.#prefixes = domains.map((domain) => nodePrefix("", domain));
  }

  /** @param key - below the projection's path, as in `/io/dtk/foo/hfs4` */
  hears(key: string): boolean {
    return this.#prefixes.length === 0 || this.#prefixes.some((prefix) => key.startsWith(prefix));
  }
}

/** Writes what entries changed for an audience, ending with the position that is reached; a bookmark where it is nothing. */
export function textOfEntries(
  entries: readonly LogEntry[],
  audience: Audience,
  position: (revision: bigint) => FollowPosition,
): string {
  return entries.map((entry) => textOfEntry(entry, audience, position)).join("");
}

function textOfEntry(
  { revision, changes }: LogEntry,
  audience: Audience,
  position: (revision: bigint) => FollowPosition,
): string {
  const heard = changes.filter(({ key }) => audience.hears(key));
  const parts = [...cut(heard)];
  const last = parts.pop() ?? [];
  const lines = [...parts.map((part) => lineOf(part)), { ...lineOf(last), position: position(revision) }];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

/** Writes pages of a list, without its end. */
export function* textOfPages(items: Iterable<LoggedChange>): Generator<string> {
  for (const page of cut(items)) yield `${JSON.stringify(lineOf(page))}\n`;
}

/** Writes a line that changes nothing: up to a position, or up to the one before. */
export function textOfPosition(position?: FollowPosition): string {
  return `${JSON.stringify({ position })}\n`;
}

function* cut(changes: Iterable<LoggedChange>): Generator<readonly LoggedChange[]> {
  let part: LoggedChange[] = [];
  let characters = 0;
  for (const change of changes) {
    const length = escaped * (change.key.length + (change.value?.length ?? 0)) + 16;
    if (characters + length > lineMost - 1000 && part.length > 0) {
      yield part;
      [part, characters] = [[], 0];
    }
    part.push(change);
    characters += length;
  }
  if (part.length > 0) yield part;
}

function lineOf(changes: readonly LoggedChange[]): FollowLine {
  const set = changes.flatMap(({ key, value }): [string, string][] => (value === undefined ? [] : [[key, value]]));
  const unset = changes.flatMap(({ key, value }) => (value === undefined ? [key] : []));
  return { ...(set.length > 0 && { set }), ...(unset.length > 0 && { unset }) };
}
