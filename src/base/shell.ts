/** Commands as a user can paste them into a shell. */

/**
 * Renders a command line.
 *
 * @param words - the program and its arguments
 * @returns the words, quoted where a shell would read more into them (POSIX 2.2.2)
 */
export function renderCommand(words: readonly string[]): string {
  return words.map(quoteWord).join(" ");
}

function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
