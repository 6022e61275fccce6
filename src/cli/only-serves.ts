/** Tells which bundle to load: the server has one of its own, since a start from few files takes less time and memory. */

/**
 * Whether the arguments can mean no command but `serve`. A value that looks like a command, as in `--log-format json`,
 * counts as one: the bundle of all commands serves too, only starting later.
 */
export function onlyServes(words: readonly string[]): boolean {
  return words.every((word) => word === "serve" || !/^[a-z]+$/.test(word));
}
