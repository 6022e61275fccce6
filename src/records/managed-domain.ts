/** Managed domains: which names may be shown. `dtk.io` covers itself and everything under it, never `evildtk.io`. */
import { type HostName, parseHostName, toALabel } from "./name.ts";

declare const brand: unique symbol;

/** A domain whose names may be shown: a host name in A-labels. */
export type ManagedDomain = HostName & { readonly [brand]: "ManagedDomain" };

/**
 * Reads a managed domain.
 *
 * @param text - for example `dtk.io`, in any case, with or without trailing dot
 * @returns the domain in its canonical spelling, or undefined when it is not a domain name
 */
export function parseManagedDomain(text: string): ManagedDomain | undefined {
  return parseHostName(text.trim()) as ManagedDomain | undefined;
}

/**
 * Says whether a name is one of the domains or lies under one of them, on label borders.
 *
 * @param name - a DNS name in canonical spelling; U-labels and A-labels are the same name
 */
export function isManaged(name: string, domains: ReadonlySet<ManagedDomain>): boolean {
  if (domains.size === 0) return false;
  const ascii = asciiOf(name);
  for (let start = 0; ;) {
    if (domains.has(ascii.slice(start) as ManagedDomain)) return true;
    const dot = ascii.indexOf(".", start);
    if (dot === -1) return false;
    start = dot + 1;
  }
}

/** The domains that lie in no other of them, in their order. */
export function outermost<Domain extends string>(domains: readonly Domain[]): readonly Domain[] {
  const unique = [...new Set(domains)];
  return unique.filter((domain) => !unique.some((other) => other !== domain && isWithin(domain, other)));
}

/**
 * Says whether a name is the domain or lies under it, on label borders.
 *
 * @param name - in the spelling of the domain
 */
export function isWithin(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

/** A label that has no A-label is compared as it is. */
function asciiOf(name: string): string {
  if (!/[^\x00-\x7f]/.test(name)) return name;
  const labels = name.split(".").map((label) => toALabel(label) ?? label);
  return labels.join(".");
}
