/** Keeps the English of sources and documentation plain: phrases that a reader stumbles over have a better one. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

interface Habit {
  readonly pattern: RegExp;
  /** What to write instead. */
  readonly better: string;
  /** A text that the pattern must find. */
  readonly example: string;
}

const habits: readonly Habit[] = [
  {
    pattern: /(?<!\bt?here )\b(?:is|are|was|were) no (?!longer\b|more than\b)\w/i,
    better: "is not a …, does not have a …",
    example: "undefined when it is no address",
  },
  { pattern: /\bin step\b/i, better: "up to date", example: "The server is in step." },
  { pattern: /\bby (?:itself|themselves)\b/i, better: "automatically, alone", example: "It is made by itself." },
  { pattern: /(?<!-)\bstands?\b(?!-)/i, better: "is, means", example: "What stands in the file." },
  { pattern: /\bwhoever\b/i, better: "anyone who", example: "Whoever writes the file." },
  { pattern: /(?<!-)\bmend(?:s|ed|ing|ings)?\b/i, better: "repair", example: "See what mends it." },
  { pattern: /\b(?:is|are) tried again\b/i, better: "the server keeps retrying", example: "It is tried again." },
  { pattern: /\b(?:it|that|what) is none\b/i, better: "it is not one", example: "Undefined when it is none." },
  { pattern: /\bbrings? out\b/i, better: "shows, causes", example: "What the test brings out." },
  {
    pattern: /\b(?:for|to|from|by|than) who\b/i,
    better: "for a caller that, to anyone who",
    example: "networks, for who keeps looking at them",
  },
  {
    pattern: /\*\s+(?!Bytes|Gateways|Milliseconds|Seconds)(?:[A-Z][a-z]+s(?: it| them)?|Does (?:it|them|so))\.(?:\s|$)/,
    better: "a verb with its object",
    example: "/** Judges. */",
  },
];

const pages = ["README.md", "SECURITY.md", "CONTRIBUTING.md", ...filesOf("docs", ".md")];
const sources = filesOf("src", ".ts").filter((path) => !path.endsWith(".test.ts"));

function filesOf(folder: string, ending: string): readonly string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return paths.filter((path) => path.endsWith(ending)).map((path) => join(folder, path));
}

/** The lines that follow a habit, as in `docs/a.md:3: "by itself", better: automatically`. */
function findHabits(path: string, text: string): readonly string[] {
  return text.split("\n").flatMap((line, index) =>
    habits.flatMap(({ pattern, better }) => {
      const found = pattern.exec(line)?.[0];
      return found === undefined ? [] : [`${path}:${index + 1}: "${found}", better: ${better}`];
    }),
  );
}

test("sources and pages use plain phrases", () => {
  expect([...sources, ...pages].flatMap((path) => findHabits(path, readFileSync(path, "utf8")))).toEqual([]);
});

test.each(habits)("$example has a better phrase: $better", ({ example, better }) => {
  expect(findHabits("page.md", example)).toEqual([expect.stringContaining(better)]);
});

test.each([
  "There is no such file, and it is no longer needed.",
  "A user who is not root, and anyone who reads the log.",
  "Look who has the port.",
  "`hosts-file-mended` is a code.",
  "/** Milliseconds. */",
  " * Reads the file.",
])("%s is fine", (text) => {
  expect(findHabits("page.md", text)).toEqual([]);
});
