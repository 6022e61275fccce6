/** A user of this machine, whose watcher feeds clusters. */

declare const brand: unique symbol;

/** The name of a user, as a path and a token have it. */
export type UserName = string & { readonly [brand]: "UserName" };

/**
 * Reads a user's name: the characters of a login name (useradd(8)) and those of a directory's, as in `ann@example.com`.
 *
 * @returns undefined for an empty text, more than 64 characters, or any other character
 */
export function parseUserName(text: string): UserName | undefined {
  return /^\w[\w.@+-]{0,63}$/.test(text) ? (text as UserName) : undefined;
}

/** The number of a user in place of a name. */
export function numberAsName(user: number): UserName {
  return String(user) as UserName;
}
