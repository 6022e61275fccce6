/** Takes a hosts file apart as a reader sees it, independent of the product's own parser. */

/** The lines between the markers. */
export function shownIn(text: string): readonly string[] {
  const body = /# BEGIN hostsfile-server [^\n]*\n([^]*?)# END hostsfile-server\n/.exec(text)?.[1] ?? "";
  return body.split("\n").slice(0, -1);
}

/** The text outside the markers. */
export function outsideOf(text: string): string {
  return text.replace(/# BEGIN hostsfile-server [^\n]*\n[^]*?# END hostsfile-server\n/, "");
}
