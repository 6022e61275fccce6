/** Tells which bundle to load: what runs most has one of its own, since a start from few files takes less time and memory. */

/** Commands with a bundle of their own, made by scripts/build.ts. */
export const bundledAlone: readonly string[] = ["serve", "status", "watch"];

/**
 * Finds the bundle that has the command of these arguments. A value that looks like a command, as in `--log-format json`,
 * counts as one: the bundle of all commands has each of them, and only starts later.
 *
 * @returns the name of the bundle, without its extension
 */
export function bundleFor(words: readonly string[]): string {
  const commands = new Set(words.filter((word) => /^[a-z]+$/.test(word)));
  const [command = "serve"] = commands;
  return commands.size <= 1 && bundledAlone.includes(command) ? command : "commands";
}
