/** What counts as an endpoint when it comes from outside, be it the wire or the disk. It judges and never rebuilds, so that values stay verbatim. */
import { isJSONObject } from "../base/json.ts";
import type { Endpoint } from "./endpoint.ts";

/** What is nested deeper than this cannot be written as JSON again, long before some hundred thousand levels. */
const deepest = 100;

type JSONObject = Readonly<Record<string, unknown>>;

type Judge = (value: unknown) => boolean;

/** The keys that are known; the others may hold anything that can be written again. */
const judges: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ["dnsName", isIdentifying],
  ["recordType", isIdentifying],
  ["setIdentifier", (value) => isNothing(value) || isIdentifying(value)],
  ["targets", (value) => isNothing(value) || (Array.isArray(value) && value.every(isText))],
  ["recordTTL", (value) => isNothing(value) || Number.isSafeInteger(value)],
  ["labels", (value) => isNothing(value) || (isJSONObject(value) && Object.values(value).every(isText))],
  ["providerSpecific", (value) => isNothing(value) || (Array.isArray(value) && value.every(isProperty))],
]);

/** The keys of ExternalDNS `endpoint.ProviderSpecificProperty`. */
const propertyJudges: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ["name", isTextOrNothing],
  ["value", isTextOrNothing],
]);

/**
 * Says whether a JSON value is an endpoint that can be stored: of the right shape, with a name and a type, and without
 * control characters in what identifies it (ExternalDNS endpoint/endpoint.go `Endpoint`). Go decodes null as the zero
 * value. It is written out since ten thousand endpoints at a time are judged, which a schema takes ten times as long for.
 */
export function isEndpoint(value: unknown): value is Endpoint {
  if (!isJSONObject(value) || !isNamed(value["dnsName"]) || !isNamed(value["recordType"])) return false;
  return hasGoodValues(value, judges);
}

function isProperty(value: unknown): boolean {
  return isJSONObject(value) && hasGoodValues(value, propertyJudges);
}

function hasGoodValues(value: JSONObject, known: ReadonlyMap<string, Judge>): boolean {
  for (const key of Object.keys(value)) {
    const judge = known.get(key);
    if (judge === undefined ? isDeeper(value[key], deepest) : !judge(value[key])) return false;
  }
  return true;
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

function isTextOrNothing(value: unknown): boolean {
  return isText(value) || isNothing(value);
}

function isNamed(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

/** Control characters (Unicode general category Cc), which could forge a line. */
const controlCharacter = /[\x00-\x1f\x7f-\x9f]/;

function isIdentifying(value: unknown): boolean {
  return typeof value === "string" && !controlCharacter.test(value);
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
