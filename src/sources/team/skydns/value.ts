/** Values in SkyDNS layout: the JSON of one record (CoreDNS plugin/etcd/msg/service.go), read as CoreDNS reads it. */
import * as z from "zod/mini";
import { isJSONObject, parseJSON } from "../../../base/json.ts";

/** Characters of a value that are looked at: one record takes some hundred. */
const longestValue = 16 * 1024;

const integer = z.optional(z.int());

const valueSchema = z.object({
  host: z.optional(z.string()),
  text: z.optional(z.string()),
  ttl: integer,
  priority: integer,
  weight: integer,
  port: integer,
  mail: z.optional(z.boolean()),
  targetstrip: integer,
  /** Who wrote it; ours and others' beside the layout. */
  resource: z.optional(z.string()),
});

/** One record. */
export type SkyDNSValue = z.infer<typeof valueSchema>;

/**
 * Reads a value.
 *
 * @returns undefined for what is not one record, at which CoreDNS answers SERVFAIL
 */
export function readValue(text: string): SkyDNSValue | undefined {
  if (text.length > longestValue) return undefined;
  const value = parseJSON(text);
  return isJSONObject(value) ? valueSchema.safeParse(value).data : undefined;
}
