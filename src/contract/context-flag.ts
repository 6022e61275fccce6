/** Names the context of a cluster in commands to type, where a status says which it is. */

/** The words for kubectl and dtk; none for the current context. */
export function contextFlag(context: string | null | undefined): readonly string[] {
  return typeof context === "string" ? ["--context", context] : [];
}
