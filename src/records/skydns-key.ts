/** Keys in SkyDNS layout: labels in reverse order below a path, as CoreDNS's plugin etcd and ExternalDNS's provider coredns have them. */
import { parseDNSName } from "./name.ts";

/** Where the layout begins unless a link says otherwise. */
export const usualPath = "/skydns";

/**
 * The prefix of the keys of a name and of all names below it: `foo.dtk.io` has `/skydns/io/dtk/foo/`.
 *
 * @param path - where the layout begins, as in `/skydns`
 */
export function nodePrefix(path: string, name: string): string {
  return `${path}/${name.split(".").toReversed().join("/")}/`;
}

/** Almost every key has labels like these, and one look is far quicker than one at each label. */
const plainLabels = /^[a-z0-9*_-]{1,63}(?:\/[a-z0-9*_-]{1,63})*$/;

/**
 * Reads the labels of a key, the outermost first: `/skydns/io/dtk/foo/1a2b` has `io`, `dtk`, `foo` and `1a2b`.
 *
 * @returns undefined for a key outside the path, and for one that no question can ask for: questions are in lower case,
 *   and a label holds no dot
 */
export function labelsOf(path: string, key: string): readonly string[] | undefined {
  if (!key.startsWith(`${path}/`)) return undefined;
  const rest = key.slice(path.length + 1);
  const labels = rest.split("/");
  return plainLabels.test(rest) || labels.every(isLabel) ? labels : undefined;
}

/** The name that labels spell, the outermost first. */
export function nameOf(labels: readonly string[]): string {
  return labels.toReversed().join(".");
}

function isLabel(label: string): boolean {
  return !label.includes(".") && label === label.toLowerCase() && parseDNSName(label) !== undefined;
}
