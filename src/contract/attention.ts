/** What of a status needs a person, and what is only worth knowing: one rule for exit codes, texts and the page. */
import type { Status } from "./status.ts";

type Item = Status["attention"][number];

/** Those that need a person, and those that do not. */
export function sortAttention(attention: readonly Item[]): {
  readonly needed: readonly Item[];
  readonly news: readonly Item[];
} {
  return {
    needed: attention.filter(({ severity }) => severity !== "info"),
    news: attention.filter(({ severity }) => severity === "info"),
  };
}
