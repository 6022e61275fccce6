/** Reads in which order names are looked up, from nsswitch.conf(5) and resolved.conf(5). Pure. */

export interface LookupSource {
  /** As in `files`, `dns`, `mdns4_minimal`. */
  readonly name: string;
  /** The actions in brackets behind it, as in `NOTFOUND=return`. Several blanks are one. */
  readonly actions: readonly string[];
}

/**
 * Reads the sources of the database `hosts`.
 *
 * @param text - of nsswitch.conf
 * @returns undefined when there is no such line
 */
export function readHostsSources(text: string): readonly LookupSource[] | undefined {
  const line = text
    .split("\n")
    .map((each) => each.replace(/#.*/, ""))
    .find((each) => /^\s*hosts\s*:/.test(each));
  if (line === undefined) return undefined;
  const sources: { name: string; actions: string[] }[] = [];
  for (const word of line.slice(line.indexOf(":") + 1).match(/\[[^\]]*\]|[^\s[]+/g) ?? []) {
    if (!word.startsWith("[")) sources.push({ name: word, actions: [] });
    else sources.at(-1)?.actions.push(...word.slice(1, -1).trim().split(/\s+/));
  }
  return sources;
}

/** Whether a name that the source does not know is looked for no further; `!` means every other outcome. */
export function endsAtUnknown({ actions }: LookupSource): boolean {
  return actions.some((action) => /^(?:NOTFOUND|!(?!NOTFOUND)\w+)=return$/i.test(action));
}

/**
 * Reads one key of systemd-resolved's settings.
 *
 * @param texts - of resolved.conf and its drop-ins, in their order; the last one counts
 */
export function readResolvedKey(texts: readonly string[], key: string): string | undefined {
  return texts
    .flatMap((text) => [...text.matchAll(new RegExp(String.raw`^\s*${key}\s*=\s*(.*?)\s*$`, "gm"))])
    .map(([, value]) => value)
    .at(-1);
}
