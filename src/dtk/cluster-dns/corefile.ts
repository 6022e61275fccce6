/** Reads a Corefile as CoreDNS does, as far as it matters for adding a zone: which zones it serves, and what it imports. Pure. */

/** A zone that a server block serves. */
export interface ServedZone {
  /** Lower case, without the dot at its end; empty for the root. */
  readonly zone: string;
  readonly port: string;
  /** Where its server block begins, from 1. */
  readonly line: number;
}

export interface Corefile {
  readonly zones: readonly ServedZone[];
  /** The patterns of files that bring further server blocks, as in `/etc/coredns/custom/*.server`. */
  readonly imports: readonly string[];
  /** The lines inside of server blocks, word by word. */
  readonly directives: readonly (readonly string[])[];
}

interface Token {
  readonly text: string;
  readonly line: number;
}

/** The port of a zone that names none (CoreDNS core/dnsserver/address.go). */
const usualPort = "53";

/**
 * Reads a Corefile.
 *
 * @returns undefined for a text that cannot take another server block: an empty one, one without braces (which is one
 *   server block as a whole), and one whose braces do not match
 */
export function readCorefile(text: string): Corefile | undefined {
  const zones: ServedZone[] = [];
  const imports: string[] = [];
  const directives: (readonly string[])[] = [];
  let depth = 0;
  for (const words of linesOf(tokensOf(text))) {
    const [{ text: first, line } = { text: "", line: 0 }] = words;
    const names = words.map((word) => word.text);
    if (depth === 0 && first === "import") imports.push(...names.slice(1));
    else if (depth === 0 && names.at(-1) !== "{") return undefined;
    else if (depth === 0) zones.push(...names.slice(0, -1).flatMap((key) => zoneOf(key, line)));
    else if (depth === 1) directives.push(names.filter((name) => name !== "{" && name !== "}"));
    depth += count(names, "{") - count(names, "}");
    if (depth < 0) return undefined;
  }
  return depth > 0 || zones.length === 0 ? undefined : { zones, imports, directives };
}

/** The port at which the cluster's names are served. */
export function portOf({ zones }: Corefile): string {
  return zones.find(({ zone }) => zone === "")?.port ?? zones[0]?.port ?? usualPort;
}

function count(names: readonly string[], brace: string): number {
  return names.filter((name) => name === brace).length;
}

/** A key of a server block, as in `dns://example.org.:1053`; snippets such as `(common)` and networks serve no name. */
function zoneOf(key: string, line: number): readonly ServedZone[] {
  const [, scheme = "dns", name = "", port = usualPort] =
    /^(?:([a-z]+):\/\/)?([^:/]*)(?::(\d+))?$/.exec(key.toLowerCase().replace(/,$/, "")) ?? [];
  return scheme === "dns" && name !== "" && !name.startsWith("(")
    ? [{ zone: name.replace(/\.$/, ""), port, line }]
    : [];
}

/** Words by the line that they begin on; a key with a comma behind it goes on in the next line. */
function linesOf(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const lines: Token[][] = [];
  for (const token of tokens) {
    const last = lines.at(-1)?.at(-1);
    const goesOn = last !== undefined && (last.line === token.line || last.text.endsWith(","));
    if (goesOn) lines.at(-1)?.push(token);
    else lines.push([token]);
  }
  return lines;
}

/** Words, as the lexer of Caddyfiles splits them: at white space, with quotes, and comments where a word would begin. */
function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  const pattern = /"(?:\\"|[^"])*"?|#[^\n]*|[^\s"#][^\s]*|\n/g;
  for (const [found] of text.matchAll(pattern)) {
    if (!found.startsWith("#") && found !== "\n") tokens.push({ text: found.replace(/^"([^]*)"$/, "$1"), line });
    line += found.split("\n").length - 1;
  }
  return tokens;
}
