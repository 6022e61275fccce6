/** Bodies of the seed's REST methods: raw text as `curl -d` sends it, or JSON, whatever the content type says. */
import {
  type ClusterIPSetting,
  type TargetMode,
  parseClusterIPSetting,
  parseClusterIPs,
  targetModes,
} from "../../records/cluster.ts";
import { type ManagedDomain, parseManagedDomain } from "../../records/managed-domain.ts";
import { jsonText } from "../../http/json-text.ts";
import { parseJSON } from "../../base/json.ts";

/** The values of a body, or a sentence that names the bad one. */
export type SettingReading<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly message: string };

/**
 * Reads the values of a body: a JSON string or array of strings, else the text itself; each may be a comma list.
 *
 * @returns no value for an empty text, `""`, `[]` and `null`
 */
export function readValues(body: string): readonly string[] {
  const parsed = readBody(body);
  const texts = Array.isArray(parsed)
    ? parsed.map((item) => (typeof item === "string" ? item : jsonText(item)))
    : [parsed];
  return texts
    .flatMap((text) => text.split(","))
    .map((text) => text.trim())
    .filter((text) => text !== "");
}

/** Numbers and objects are not settings, so messages show them as they were written. */
function readBody(body: string): string | unknown[] {
  const value = parseJSON(body);
  if (typeof value === "string" || Array.isArray(value)) return value;
  return value === null ? "" : body;
}

/** Reads managed domains; one bad one makes the whole bad. */
export function readDomains(values: readonly string[]): SettingReading<readonly ManagedDomain[]> {
  const domains: ManagedDomain[] = [];
  for (const text of values) {
    const domain = parseManagedDomain(text);
    if (domain === undefined)
      return { ok: false, message: `${quote(text)} is not a domain name. Send one such as dtk.io.` };
    domains.push(domain);
  }
  return { ok: true, value: domains };
}

/**
 * Reads a cluster IP: one address, one of each family, or `auto`.
 *
 * @param mayFollow - whether callers show a token, which a cluster that follows them needs
 */
export function readClusterIPs(values: readonly string[], mayFollow: boolean): SettingReading<ClusterIPSetting> {
  const setting = parseClusterIPSetting(values);
  if (setting?.followsCaller === true && !mayFollow) return { ok: false, message: followNeedsToken };
  if (setting !== undefined) return { ok: true, value: setting };
  const bad = values.find((text) => parseClusterIPs([text]) === undefined);
  const message =
    bad === undefined
      ? `${quote(values.join(","))} has more than one address of a family; send one address, or one of each family.`
      : `${quote(bad)} is not an address that names can point to; send one such as 192.168.122.167.`;
  return { ok: false, message };
}

const followNeedsToken =
  "To follow the caller the server must be able to identify the caller. Start it with --token-file, or send an address.";

/** Reads a target mode. */
export function readTargetMode(values: readonly string[]): SettingReading<TargetMode> {
  const mode = values.length === 1 ? targetModes.find((known) => known === values[0]) : undefined;
  if (mode !== undefined) return { ok: true, value: mode };
  return {
    ok: false,
    message: `${quote(values.join(","))} is not a target mode. Send one of: ${targetModes.join(", ")}.`,
  };
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 300));
}
