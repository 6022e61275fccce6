/** Which endpoints are not taken although they have the shape of one: those that are too large, or whose record type is invalid. */
import type { Endpoint } from "./endpoint.ts";
import { recordLimits } from "./limits.ts";

/** Why an endpoint is not taken. */
type Excess = "record-type-unknown" | "name-too-long" | "record-too-large";

/** Record types as DNS has them (RFC 1035 section 3.2.2 and the later ones), and nothing that could be mistaken in a log. */
const recordType = /^[A-Z0-9]{1,16}$/;

/**
 * Says why an endpoint may not be stored, if it may not. One that is stored already may still be deleted.
 *
 * @param endpoint - an endpoint as it came
 */
export function excessOf(endpoint: Endpoint): Excess | undefined {
  if (!recordType.test(endpoint.recordType ?? "")) return "record-type-unknown";
  if (isLonger(endpoint.dnsName ?? "", recordLimits.nameBytes)) return "name-too-long";
  return isTooLarge(endpoint) ? "record-too-large" : undefined;
}

function isTooLarge(endpoint: Endpoint): boolean {
  // The text is made for large ones alone: it costs far more than to add lengths up.
  return maxBytes(endpoint) > recordLimits.bytes && isLonger(JSON.stringify(endpoint), recordLimits.bytes);
}

/** Whether a text has more bytes in UTF-8, which writes a UTF-16 unit with at most 3. */
function isLonger(text: string, bytes: number): boolean {
  return text.length * 3 > bytes && (text.length > bytes || new TextEncoder().encode(text).length > bytes);
}

/** JSON writes a UTF-16 unit with at most 6 bytes (RFC 8259 section 7), and a number or a word with at most 24. */
const bytesPerUnit = 6;
const bytesPerValue = 32;

/** Bytes that a value has at most as JSON; once these pass the limit the rest is not counted. */
function maxBytes(value: unknown): number {
  if (typeof value === "string") return value.length * bytesPerUnit + bytesPerValue;
  if (typeof value !== "object" || value === null) return bytesPerValue;
  let bytes = bytesPerValue;
  for (const key of Object.keys(value)) {
    bytes += key.length * bytesPerUnit + maxBytes((value as Readonly<Record<string, unknown>>)[key]);
    if (bytes > recordLimits.bytes) break;
  }
  return bytes;
}
