/** What an ExternalDNS does, by its flags and its version's defaults. Pure. */
import { annotationPrefix as olderPrefix } from "../release/values.ts";
import type { Flags } from "./flags.ts";
import { type Version, isBefore } from "./version.ts";

/** The annotation prefix that is the default from v0.22 on (source/annotations/annotations.go). */
export const newerPrefix = "external-dns.kubernetes.io/";

export interface ExternalDNSSettings {
  readonly provider: string;
  /** With its token, if it has one. */
  readonly webhookURL: string;
  readonly policy: string;
  readonly registry: string;
  readonly ownerId: string;
  readonly sources: readonly string[];
  readonly domainFilters: readonly string[];
  readonly excludedDomains: readonly string[];
  /** Undefined where the version is not known, and so its default. */
  readonly annotationPrefix: string | undefined;
  /** Milliseconds between two looks. */
  readonly interval: number;
  readonly hasEvents: boolean;
}

/** Defaults are those of pkg/apis/externaldns/types.go. */
export function describeSettings(flags: Flags, version: Version | undefined): ExternalDNSSettings {
  const one = (name: string, otherwise: string): string => flags.get(name)?.at(-1) ?? otherwise;
  const many = (name: string): readonly string[] => (flags.get(name) ?? []).filter((value) => value !== "");
  return {
    provider: one("provider", ""),
    webhookURL: one("webhook-provider-url", "http://localhost:8888"),
    policy: one("policy", "sync"),
    registry: one("registry", "txt"),
    ownerId: one("txt-owner-id", "default"),
    sources: many("source"),
    domainFilters: many("domain-filter"),
    excludedDomains: many("exclude-domains"),
    annotationPrefix: one("annotation-prefix", "") || prefixOf(version),
    interval: readDuration(one("interval", "1m")),
    hasEvents: flags.has("events") && one("events", "") !== "false",
  };
}

function prefixOf(version: Version | undefined): string | undefined {
  if (version === undefined) return undefined;
  return isBefore(version, [0, 22, 0]) ? olderPrefix : newerPrefix;
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A duration as Go writes it, as in `1m30s` (time.ParseDuration), in milliseconds. */
export function readDuration(text: string): number {
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g);
  return [...parts].reduce((sum, [, number, unit = ""]) => sum + Number(number) * (units[unit] ?? 0), 0);
}
